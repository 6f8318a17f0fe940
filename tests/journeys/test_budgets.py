"""What a page may cost its reader: script, requests, the wait for the first words, jumps."""

import itertools
from dataclasses import dataclass

import pytest
from playwright.sync_api import Response

from tests.journeys.conftest import WIDTHS, Opener, Stack

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("width", WIDTHS)]

SCRIPT_BYTES = 150_000  # as sent; a chart brings plotly
REQUESTS = 25
FIRST_WORDS_MS = 2_500  # what Lighthouse calls good is 1,800, on a machine that does nothing else
SHIFT = 0.1
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shift += each.value;
}).observe({type: "layout-shift", buffered: true});
"""
PAINTED = """() => performance.getEntriesByType("paint")
  .filter((each) => each.name === "first-contentful-paint").map((each) => each.startTime)[0]"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((each) => !each.closest("[popover]")).map((each) => Number(each.tagName[1]))"""
LANDMARKS = """() => ["body > header", "main", "body > footer", "header nav"]
  .map((each) => document.querySelectorAll(each).length)"""
PAGES = {
    "board": "/",
    "contender": "/contenders/{}/",
    "samples": "/contenders/{}/samples/",
    "ratings": "/ratings/",
    "arena": "/arena/",
    "queue": "/queue/",
    "submit": "/submissions/new/",
    "me": "/me/",
    "help": "/help/scoring/",
    "design": "/design/",
    "charts": "/charts/",
}


@dataclass
class Bill:
    """What a page asked for."""

    requests: int = 0
    script_bytes: int = 0

    def add(self, answer: Response) -> None:
        """Count one answer."""
        self.requests += 1
        if answer.request.resource_type == "script":
            self.script_bytes += answer.request.sizes()["responseBodySize"]


class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_keep_within_their_budget(
        self, open_page: Opener, stack: Stack, name: str, width: int
    ) -> None:
        page = open_page("about:blank", width=width)
        page.add_init_script(SHIFTS)
        answers: list[Response] = []
        page.on("response", lambda each: answers.append(each))  # noqa: PLW0108 - no builtins here
        page.goto(PAGES[name].format(stack.sums))
        page.wait_for_timeout(800)  # what shifts late shifts by then
        bill = Bill()
        for answer in answers:
            bill.add(answer)

        levels = page.evaluate(HEADINGS)

        assert name == "charts" or bill.script_bytes <= SCRIPT_BYTES
        assert bill.requests <= REQUESTS
        assert page.evaluate(PAINTED) <= FIRST_WORDS_MS
        assert page.evaluate("window.shift") <= SHIFT
        assert levels.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
        assert page.evaluate(LANDMARKS) == [1, 1, 1, 1]
