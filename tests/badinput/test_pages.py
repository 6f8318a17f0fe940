"""Bad input that comes through forms and addresses of pages: refused with a page, never a 500."""

import pytest
from django.test import Client

from tests import factories
from tests.leaderboard.voting import browser

pytestmark = pytest.mark.django_db

QUERIES = [
    "sort=nothing", "sort=-", "q=%00", "q=" + "a" * 5_000, "suite=nobody", "page=-1", "page=1e9",
    "page=99999999999999999999", "q=%F0%9F", "q=<script>alert(1)</script>", "sort=__class__",
    "kind=WHALE", "x[]=1&x[]=2", "%FF=%FE",
]  # fmt: skip
PAGES = [
    "/", "/charts/", "/submissions/", "/submissions/new/", "/queue/", "/compare/", "/changelog/",
    "/arena/", "/arena/votes/", "/board.csv", "/ratings/", "/ratings/pairs/", "/arena/chat/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def things(static_site: None) -> None:
    """Have something on every page."""
    run = factories.run(factories.adapter(), factories.suite())
    factories.score(run, run.suite.benchmarks.get(position=0))


class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize("query", QUERIES)
    def test_bear_any_query(self, client: Client, page: str, query: str) -> None:
        answer = client.get(f"{page}?{query}")

        assert answer.status_code in (200, 302, 400, 404)
        shown = "" if answer.streaming else answer.content.decode(errors="replace")
        assert "<script>alert(1)" not in shown

    @pytest.mark.parametrize(
        "path",
        ["/contenders/%00/", "/contenders/" + "a" * 5_000 + "/", "/arena/battles/1/", "/%2e%2e/",
         "/submissions/00000000-0000-0000-0000-000000000000/", "/static/../manage.py",
         "/accounts/github/login/", "/accounts/github/login/callback/"],
    )  # fmt: skip
    def test_say_so_where_nothing_is(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_refuse_a_foreign_host(self, client: Client) -> None:
        assert client.get("/", headers={"host": "evil.com"}).status_code == 400

    @pytest.mark.parametrize("choice", ["c", "", "A ", "A\0", "9" * 100_000, "<b>"])
    def test_refuse_a_verdict_that_is_none(self, choice: str) -> None:
        battle = factories.battle()

        answer = browser("ada").post(f"/arena/battles/{battle.pk}/vote/", {"choice": choice})

        assert answer.status_code == 400

    def test_refuse_a_vote_without_the_forms_token(self) -> None:
        battle = factories.battle()
        ada = browser("ada", enforce_csrf_checks=True)

        answer = ada.post(
            f"/arena/battles/{battle.pk}/vote/",
            {"choice": "A"},
            headers={"origin": "https://evil.com"},
        )

        assert answer.status_code == 403

    def test_refuse_a_vote_by_address(self) -> None:
        battle = factories.battle()

        answer = browser("ada").get(f"/arena/battles/{battle.pk}/vote/?choice=A")

        assert answer.status_code == 405
