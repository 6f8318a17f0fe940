"""Checks while the form is filled in: the same as when it is submitted, and nothing is written."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evals.models import Contender
from tests.evals import trees

pytestmark = pytest.mark.django_db
CHECK = reverse("submission-check")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Settings) -> Path:
    settings.MODEL_ROOT = [tmp_path]
    trees.write(tmp_path / "models/heron", trees.model_files())
    return tmp_path


def said(client: Client, kind: str = "model", **given: str) -> str:
    fields = {"source": "DIRECTORY", "locator": "models/heron"} | given
    answer = client.post(f"{CHECK}?kind={kind}", fields)
    assert answer.status_code == 200
    return answer.content.decode()


class TestCheck:
    def test_says_what_it_would_become_and_writes_nothing(self, client: Client) -> None:
        page = said(client)

        assert "Every check passes" in page
        assert "<strong>Heron</strong>" in page
        assert not Contender.objects.exists()

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"locator": "../etc"}, "BAD_PATH"),
            ({"locator": "models/crow"}, "NOT_FOUND"),
            ({"name": "=1+1"}, "BAD_NAME"),
            ({"training_cost_usd": "-1", "cost_evidence": "DECLARED"}, "OUT_OF_RANGE"),
            ({"training_cost_usd": "much"}, "REQUIRED"),
        ],
    )
    def test_names_the_field_and_the_code(
        self, client: Client, given: dict[str, str], code: str
    ) -> None:
        page = said(client, **given)

        assert code in page
        assert "Every check passes" not in page

    def test_says_nothing_before_there_is_a_place(self, client: Client) -> None:
        assert said(client, locator="").strip() == ""
