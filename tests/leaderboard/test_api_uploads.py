"""An adapter's files handed in by a program."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts import tokens
from accounts.models import User
from evals import submissions
from evals.models import Contender, EvalRun
from tests import factories
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import DIRECTORY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heron(tmp_path: Path, settings: Settings) -> Contender:
    """Return a model of the site that adapters can stand on."""
    settings.VAR_DIR = tmp_path / "var"
    settings.MODEL_ROOT = [tmp_path / "root"]
    settings.SUBMIT_POLICY = settings.DIRECTORY_POLICY = "anyone"
    settings.DEFAULT_SUITE = factories.suite("tiny").key
    trees.write(tmp_path / "root" / DIRECTORY.locator, trees.model_files())
    submissions.submit(order=DIRECTORY, submitter=None, submitter_key="ada", now=NOON)
    return Contender.objects.get()


def upload(client: Client, files: dict[str, bytes], **fields: str) -> Any:
    parts = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return client.post("/api/v1/uploads", fields | {"files": parts})


def uploads_kept(settings: Settings) -> list[str]:
    folder = Path(settings.VAR_DIR, "uploads")
    return [each.name for each in folder.iterdir()] if folder.exists() else []


class TestUpload:
    def test_has_the_adapter_ranked(self, client: Client, heron: Contender) -> None:
        answer = upload(client, trees.adapter_files(), parent_slug=heron.slug, name="Mine")

        told = answer.json()
        assert (answer.status_code, told["state"]) == (201, EvalRun.State.QUEUED)
        assert answer["Location"].endswith(told["id"])
        made = Contender.objects.get(slug=told["contender"])
        assert (made.name, made.source, made.parent) == ("Mine", "UPLOAD", heron)

    def test_answers_with_the_first_for_the_same_content(
        self, client: Client, heron: Contender
    ) -> None:
        first = upload(client, trees.adapter_files(), parent_slug=heron.slug)

        again = upload(client, trees.adapter_files(), parent_slug=heron.slug)

        assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])

    @pytest.mark.parametrize(
        ("files", "parent", "code"),
        [
            ({"adapter_config.json": b"{}"}, "heron", "UPLOAD_INCOMPLETE"),
            (trees.adapter_files() | {"run.py": b"x"}, "heron", "UPLOAD_UNKNOWN_FILE"),
            (
                trees.adapter_files() | {"adapter_model.safetensors": b"PK\x03\x04"},
                "heron",
                "UPLOAD_IS_ARCHIVE",
            ),
            (trees.adapter_files(), "nobody", "PARENT_UNKNOWN"),
            (trees.adapter_files(), "", "PARENT_REQUIRED"),
        ],
        ids=["incomplete", "stranger", "B38 archive", "B39 nobody", "B39 no parent"],
    )
    def test_keeps_nothing_of_what_it_refuses(
        self, client: Client, settings: Settings, files: dict[str, bytes], parent: str, code: str
    ) -> None:
        answer = upload(client, files, parent_slug=parent)

        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert uploads_kept(settings) == []

    def test_refuses_what_is_too_large_before_it_is_read(
        self, client: Client, heron: Contender, settings: Settings
    ) -> None:
        settings.UPLOAD_MAX_BYTES = -1_000_000

        answer = upload(client, trees.adapter_files(), parent_slug=heron.slug)

        assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")

    def test_refuses_what_is_no_form(self, client: Client) -> None:
        answer = client.post("/api/v1/uploads", {}, content_type="application/json")

        assert (answer.status_code, answer.json()["code"]) == (415, "NOT_A_FORM")

    def test_takes_a_token_that_allows_it_and_no_other(
        self, client: Client, heron: Contender
    ) -> None:
        ada = User.objects.create_user("ada")
        statuses = []
        for scope in ("vote", "submit"):
            _, secret = tokens.issue(user=ada, name=scope, scopes=[scope], now=NOON)
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
            answer = upload(client, trees.adapter_files(), parent_slug=heron.slug)
            statuses.append(answer.status_code)

        assert statuses == [403, 201]
