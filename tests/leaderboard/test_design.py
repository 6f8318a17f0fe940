"""The design shows itself, and no page but the charts is heavy with script."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from leaderboard.views import design
from tests import factories

pytestmark = pytest.mark.django_db
SCRIPT = re.compile(r'<script src="/static/([^"]+)"')
SCRIPT_BYTES_MAX = 150_000  # before compression
TOKENS = Path(design.__file__).parent.parent / "static" / "leaderboard" / "tokens.css"


def script_bytes(page: str) -> int:
    """Return the size of every script that a page loads."""
    found = [finders.find(name) for name in SCRIPT.findall(page)]
    assert all(found)
    return sum(Path(str(each)).stat().st_size for each in found)


class TestIndex:
    def test_shows_every_component(self, client: Client) -> None:
        page = client.get(reverse("design")).content.decode()

        for part in (
            "Colour",
            "Type",
            "Table",
            "Card",
            "badge",
            "Chart",
            "Form",
            "Toast",
            "dialog",
        ):
            assert part in page

    def test_shows_a_toast_that_was_asked_for(self, client: Client) -> None:
        assert design.SHOWN_ONCE in client.get(reverse("design"), {"toast": "1"}).content.decode()

    def test_names_tokens_that_exist(self) -> None:
        tokens = TOKENS.read_text(encoding="utf-8")

        for token in (*design.COLOURS, *design.SIZES, *design.SPACES):
            assert f"  --{token.name}:" in tokens


class TestWeight:
    @pytest.mark.parametrize(
        "name",
        ["board", "arena", "submission-list", "submission-new", "queue", "compare", "design"],
    )
    def test_of_scripts_stays_small(self, client: Client, name: str) -> None:
        factories.model()

        assert 0 < script_bytes(client.get(reverse(name)).content.decode()) <= SCRIPT_BYTES_MAX

    def test_of_scripts_stays_small_on_a_contenders_page(self, client: Client) -> None:
        address = reverse("contender-detail", args=[factories.model().slug])

        assert 0 < script_bytes(client.get(address).content.decode()) <= SCRIPT_BYTES_MAX
