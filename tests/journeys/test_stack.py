"""One person's way: submit a stack, see it measured, read the board, judge a battle."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.journeys import people
from tests.journeys.conftest import Opener, Stack

pytestmark = pytest.mark.journey


def row(board: dict, slug: str) -> dict:  # type: ignore[type-arg]
    return next(each for each in board["rows"] if each["slug"] == slug)


class TestStack:
    def test_stands_on_the_board_under_its_base(
        self, open_page: Opener, stack: Stack, api: httpx.Client
    ) -> None:
        board = api.get("/board").json()

        page = open_page("/")

        assert row(board, stack.sums)["parent"] == stack.instruct
        assert row(board, stack.instruct)["parent"] == stack.base
        for slug in (stack.base, stack.instruct, stack.sums):
            assert row(board, slug)["average"] is not None
            expect(page.locator(f"#contender-{slug}")).to_be_visible()

    def test_has_a_score_with_its_error_on_every_benchmark(
        self, stack: Stack, api: httpx.Client
    ) -> None:
        scores = row(api.get("/board").json(), stack.sums)["scores"]

        assert len(scores) >= 5
        assert all(score["stderr"] is not None for score in scores.values())
        assert all(score["samples"] >= 100 for score in scores.values())

    def test_is_drawn_on_the_chart_and_leads_to_its_page(
        self, open_page: Opener, stack: Stack
    ) -> None:
        page = open_page("/charts/")

        points = page.locator("#chart .scatterlayer .point")
        expect(points.first).to_be_visible()

        assert points.count() >= 3
        expect(
            page.get_by_role("link", name=re.compile("sums", re.IGNORECASE)).first
        ).to_be_visible()

    def test_fights_a_battle_whose_vote_moves_the_ratings(
        self, open_page: Opener, stack: Stack, api: httpx.Client
    ) -> None:
        page = open_page("/arena/")
        people.start_battle(page, "What is 2 plus 3?")
        hidden = page.content()
        before = api.get("/ratings").json()

        seconds = people.vote_by_key(page, "a")

        after = api.get("/ratings").json()
        assert seconds < 3
        assert after["votes"] == before["votes"] + 1
        assert after["rows"] != before["rows"]
        assert not any(slug in hidden for slug in (stack.base, stack.instruct, stack.sums))
        page.goto("/")
        expect(page.locator("#board, main").first).to_contain_text(re.compile(r"\d{3,4}"))

    def test_moves_again_with_the_next_vote(
        self, open_page: Opener, stack: Stack, api: httpx.Client
    ) -> None:
        page = open_page("/arena/")
        people.start_battle(page, "Tell me a story about a fox.")
        before = {each["slug"]: each["value"] for each in api.get("/ratings").json()["rows"]}

        people.vote_by_key(page, "b")

        after = {each["slug"]: each["value"] for each in api.get("/ratings").json()["rows"]}
        assert after != before

    def test_can_be_followed_without_scripts(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/", java_script_enabled=False)

        page.locator(f"#contender-{stack.sums} a").first.click()

        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto(stack.submissions[-1])
        expect(page.get_by_role("link", name="See the result")).to_be_visible()


class TestRepeatedSubmission:
    def test_leads_to_the_first_one(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/")

        again = people.submit(page, kind="model", locator="models/heron")

        assert again == stack.submissions[0]


class TestRefusedSubmission:
    def test_says_why_at_the_field(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/submissions/new/?kind=model")

        page.get_by_label("Where it is").select_option("DIRECTORY")
        page.get_by_label("Repository or directory").fill("models/nowhere")
        page.get_by_role("button", name="Submit model").click()

        expect(page.get_by_role("alert")).to_contain_text("not submitted")
        expect(page.locator(".field-error")).to_contain_text("No such directory")
