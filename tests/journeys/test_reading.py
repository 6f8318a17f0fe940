"""A reader's evening: a question behind a score, two contenders compared, a chart narrowed down."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WIDTHS, Opener, Stack
from tests.journeys.test_pages import OVERFLOW, faults

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("width", WIDTHS)]


def check(page: Page) -> None:
    assert page.evaluate(OVERFLOW) <= 0
    assert faults(page) == []


class TestSamples:
    def test_lead_from_a_score_to_one_wrong_answer_and_its_address(
        self, open_page: Opener, stack: Stack, width: int
    ) -> None:
        page = open_page(f"/contenders/{stack.sums}/", width=width)
        page.get_by_title("Read every question and answer").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Every question, every answer")
        check(page)

        page.get_by_role("link", name=re.compile("^Wrong")).click()
        expect(page.locator(".question").first).to_contain_text("wrong")
        page.get_by_role("searchbox").fill("a")
        page.get_by_role("button", name="Search").click()
        page.get_by_title("Link to this question").first.click()

        expect(page.locator(".question")).to_have_count(1)
        assert "doc=" in page.url
        check(page)


class TestCompare:
    def test_sets_a_layer_against_its_parent_and_shows_what_flipped(
        self, open_page: Opener, stack: Stack, width: int
    ) -> None:
        page = open_page(f"/contenders/{stack.instruct}/", width=width)
        page.get_by_role("link", name=re.compile("^Compare with")).first.click()

        expect(page.get_by_role("heading", name="Scores")).to_be_visible()
        expect(page.locator(".tested").first).to_contain_text("up")
        expect(page.locator(".question").first).to_be_visible()
        check(page)
        page.get_by_label("Name of a contender").fill("sums")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("li.corner")).to_have_count(3)
        check(page)


class TestCharts:
    def test_keep_their_filters_in_the_address_and_say_the_numbers(
        self, open_page: Opener, stack: Stack, width: int
    ) -> None:
        page = open_page("/charts/", width=width)
        expect(page.locator("#chart .point").first).to_be_visible()

        page.get_by_text("Filters").first.click()
        page.get_by_label("Kind").select_option("adapter")
        page.get_by_role("button", name="Apply").click()

        assert "kind=adapter" in page.url
        expect(page.locator("#chart .point").first).to_be_visible()
        expect(page.get_by_role("table").locator("tbody tr").first).to_be_visible()
        page.get_by_role("link", name="Memory", exact=True).click()
        assert "kind=adapter" in page.url
        assert "x=memory" in page.url
        check(page)


class TestFrench:
    @pytest.mark.parametrize("path", ["/", "/charts/", "/submissions/new/", "/arena/", "/ratings/"])
    def test_fits_and_stays_until_english_is_chosen(
        self, open_page: Opener, stack: Stack, width: int, path: str
    ) -> None:
        page = open_page("about:blank", width=width, locale="fr-FR")
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        check(page)

        page.get_by_role("button", name="English").click()

        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.url.endswith(path)
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "en")
