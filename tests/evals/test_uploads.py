"""Uploaded adapters: kept once under their content's hash; archives and strangers are refused."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evals import files, submissions, uploads
from evals.models import Contender, Suite
from evals.problems import Refused, Unavailable
from evals.submissions import Order
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import DIRECTORY
from tests.leaderboard.conftest import plain_static_files  # noqa: F401 - applies itself

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Settings) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path / "var"


def sent(**changed: bytes) -> dict[str, SimpleUploadedFile]:
    contents = trees.adapter_files() | {
        name.replace("__", "."): content for name, content in changed.items()
    }
    return {name: SimpleUploadedFile(name, content) for name, content in contents.items()}


def submit(locator: str) -> Contender:
    submissions.submit(order=DIRECTORY, submitter=None, submitter_key="ada", now=NOON)
    order = Order(
        kind="ADAPTER", source="UPLOAD", locator=locator, parent_slug="heron", name="Mine"
    )
    return submissions.submit(
        order=order, submitter=None, submitter_key="ada", now=NOON
    ).submission.contender


class TestKeep:
    def test_makes_a_contender_whose_files_can_be_fetched(self, root: Path, suite: Suite) -> None:
        made = submit(uploads.keep(sent()))

        assert (made.source, made.rank, made.serving) == ("UPLOAD", 4, "CONCATENATED")
        assert sorted(path.name for path in files.fetch(made).iterdir()) == sorted(
            trees.adapter_files()
        )

    def test_keeps_the_same_content_once(self, var: Path) -> None:
        assert uploads.keep(sent()) == uploads.keep(sent())
        assert len(list((var / "uploads").iterdir())) == 1

    def test_notices_files_that_changed_afterwards(self, root: Path, suite: Suite) -> None:
        made = submit(uploads.keep(sent()))
        (files.fetch(made) / "adapter_config.json").write_text("{}")

        with pytest.raises(Unavailable) as gone:
            files.fetch(made)

        assert gone.value.code == "CONTENT_CHANGED"

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"adapter_model__safetensors": b"PK\x03\x04" + b"0" * 99}, "UPLOAD_IS_ARCHIVE"),
            ({"adapter_model__safetensors": b"\x80\x04" + b"0" * 99}, "UPLOAD_IS_ARCHIVE"),
            ({"adapter_model__safetensors": b"0" * 5_000}, "UPLOAD_TOO_LARGE"),
            ({"adapter_config__json": b" " * 1_000_001}, "UPLOAD_TOO_LARGE"),
        ],
        ids=["zip", "pickle", "large weights", "large config"],
    )
    def test_refuses(
        self, var: Path, settings: Settings, changed: dict[str, bytes], code: str
    ) -> None:
        settings.UPLOAD_MAX_BYTES = 2_000

        with pytest.raises(Refused) as refused:
            uploads.keep(sent(**changed))

        assert refused.value.problems[0].code == code
        assert not list(var.glob("uploads/*"))
        assert not list(var.glob("uploads/.*"))

    def test_refuses_half_an_adapter(self) -> None:
        half = {name: file for name, file in sent().items() if name.endswith("json")}

        with pytest.raises(Refused, match=r"adapter_model\.safetensors"):
            uploads.keep(half)


class TestNamed:
    @pytest.mark.parametrize("name", ["weights.zip", "adapter_model.bin", "../../etc/passwd"])
    def test_refuses_a_stranger(self, name: str) -> None:
        with pytest.raises(Refused):
            uploads.named([SimpleUploadedFile(name, b"x")])


class TestForm:
    def test_submits_an_upload_and_keeps_nothing_of_a_refused_one(
        self, root: Path, suite: Suite, client: Client, var: Path
    ) -> None:
        submissions.submit(order=DIRECTORY, submitter=None, submitter_key="ada", now=NOON)
        address = reverse("submission-new") + "?kind=adapter"
        given = {"parent_slug": "heron", "source": "UPLOAD"}
        misfit = sent(adapter_model__safetensors=trees.weights(trees.lora(4, inner=99)))

        refused = client.post(address, given | {"uploaded": list(misfit.values())})
        kept = list(var.glob("uploads/*"))
        accepted = client.post(address, given | {"uploaded": list(sent().values())})

        assert (refused.status_code, kept) == (400, [])
        assert "does not fit the base" in refused.content.decode()
        assert accepted.status_code == 302
        assert Contender.objects.get(source="UPLOAD").parent.slug == "heron"  # type: ignore[union-attr]
