"""Whose language an answer has: a reader's choice, their browser's, and English for programs."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender
from leaderboard.web import languages
from tests.languages.conftest import FRENCH

pytestmark = pytest.mark.django_db


def varies(answer: object) -> set[str]:
    return {each.strip() for each in answer.headers.get("Vary", "").split(",")}  # type: ignore[attr-defined]


class TestPages:
    def test_follow_the_browser(self, french: Client) -> None:
        answer = french.get(reverse("board"))

        assert '<html lang="fr">' in answer.content.decode()
        assert "Classement" in answer.content.decode()
        assert answer.headers["Content-Language"] == "fr"

    def test_are_english_for_a_language_that_nobody_wrote(self) -> None:
        answer = Client(headers={"accept-language": "tlh"}).get(reverse("board"))

        assert '<html lang="en">' in answer.content.decode()

    def test_tell_caches_that_they_depend_on_the_reader(self, client: Client) -> None:
        assert varies(client.get(reverse("queue"))) >= {"Accept-Language", "Cookie"}

    def test_are_another_for_a_cache_in_another_language(
        self, client: Client, french: Client, stack: list[Contender]
    ) -> None:
        held = french.get(reverse("board")).headers["ETag"]

        answer = client.get(reverse("board"), headers={"if-none-match": held})

        assert answer.status_code == 200
        assert answer.headers["ETag"] != held

    def test_keep_no_words_of_the_reader_before(
        self, client: Client, french: Client, stack: list[Contender], settings: object
    ) -> None:
        settings.BOARD_CHECK_S = 60.0  # type: ignore[attr-defined]
        first = french.get(reverse("chart-list")).content.decode()
        second = client.get(reverse("chart-list")).content.decode()

        assert "Moyenne" in first
        assert "Average" not in first
        assert "Moyenne" not in second


class TestChoose:
    def test_outweighs_the_browser_and_returns_to_the_page(self, french: Client) -> None:
        here = f"{reverse('board')}?sort=cost"

        chosen = french.post(reverse("language"), {"language": "en", "next": here})

        assert (chosen.status_code, chosen.headers["Location"]) == (302, here)
        assert '<html lang="en">' in french.get(here).content.decode()

    def test_leads_to_no_other_site(self, client: Client) -> None:
        chosen = client.post(
            reverse("language"), {"language": "fr", "next": "https://elsewhere.example/"}
        )

        assert chosen.headers["Location"] == "/"

    def test_keeps_the_cookie_from_scripts_and_other_sites(self, client: Client) -> None:
        cookie = client.post(reverse("language"), {"language": "fr"}).cookies["language"]

        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")

    def test_needs_no_cookie_to_be_offered(self, client: Client) -> None:
        page = client.get(reverse("help-list"))

        assert "Français" in page.content.decode()
        assert page.cookies == {}


class TestPrograms:
    @pytest.mark.parametrize("path", ["/api/v1/contenders/nobody", "/board.pdf", "/charts/x.csv"])
    def test_are_refused_in_english(self, path: str) -> None:
        answer = Client(headers=FRENCH).get(path)

        assert answer.status_code == 404
        assert "There is no" in answer.content.decode() or "comes as" in answer.content.decode()

    @pytest.mark.parametrize("path", ["/charts/cost.csv", "/charts/ratings.csv", "/ratings.csv"])
    def test_get_the_same_file_whatever_the_reader_speaks(
        self, path: str, french: Client, client: Client, stack: list[Contender]
    ) -> None:
        files = [each.get(path) for each in (client, french)]

        assert files[0].status_code == 200
        assert files[0].content == files[1].content

    @pytest.mark.parametrize(
        ("path", "is_for_programs"),
        [("/", False), ("/help/", False), ("/api/v1/docs", False), ("/api/v1/board", True),
         ("/board.parquet", True), ("/feed.atom", True), ("/contenders/a/badge.svg", True)],
    )  # fmt: skip
    def test_are_known_by_their_addresses(self, path: str, is_for_programs: bool) -> None:
        assert languages.is_for_programs(path) is is_for_programs
