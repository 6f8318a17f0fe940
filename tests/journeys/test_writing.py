"""The text of an answer as the browser writes it, from our own modules and without a site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.journey

STATIC = Path(settings.BASE_DIR) / "leaderboard" / "static" / "leaderboard"
HTML = """<!doctype html><p id="announcer" data-thinking="Thinking"></p><article id="battle">
<div class="is-writing" data-side="A"></div><div class="is-writing" data-side="B"></div>
</article>"""
ADD = """async (pieces) => {
  const text = await import("/arena-text.js");
  for (const [side, piece] of pieces) {
    text.add(side, piece);
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
}"""
SHOWN = """() => [...document.querySelectorAll("[data-side]")].map((side) =>
  [...side.children].map((part) => [part.tagName, part.textContent]))"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page whose scripts are the files of the tree."""

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if name:
            script = (STATIC / name).read_text()
            route.fulfill(body=script, content_type="text/javascript")
        else:
            route.fulfill(body=HTML, content_type="text/html")

    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route("http://arena.test/**", serve)
    page.goto("http://arena.test/")
    yield page
    page.close()
    assert faults == []


class TestThoughts:
    def test_are_folded_while_they_come_on_both_sides(self, page: Page) -> None:
        text = "<think>Two and three.</think>Five."

        page.evaluate(ADD, [(side, each) for each in text for side in "AB"])

        folded = [["DETAILS", "ThinkingTwo and three."], ["DIV", "Five."]]
        assert page.evaluate(SHOWN) == [folded, folded]
        assert page.locator("details[open]").count() == 0

    def test_are_folded_by_their_end_when_they_began_before_the_answer(self, page: Page) -> None:
        page.evaluate(ADD, [("A", "Two and three."), ("A", "</thi"), ("A", "nk>Five.")])

        folded = [["DETAILS", "ThinkingTwo and three."], ["DIV", "Five."]]
        assert page.evaluate(SHOWN) == [folded, []]

    def test_leave_other_angles_alone(self, page: Page) -> None:
        page.evaluate(ADD, [("A", "2 <"), ("A", " 3, <th"), ("A", "ree>")])

        assert page.evaluate(SHOWN) == [[["DIV", "2 < 3, <three>"]], []]


class TestLongAnswer:
    def test_is_written_in_blocks_and_whole(self, page: Page) -> None:
        lines = [f"Line {number} of a long answer, ten words or a little more.\n"
                 for number in range(1_000)]  # fmt: skip

        page.evaluate(ADD, [("A", "".join(lines[at : at + 5])) for at in range(0, 1_000, 5)])

        sizes = page.evaluate(
            "() => [...document.querySelectorAll('[data-side=A] > div > div')]"
            ".map((block) => block.textContent.length)"
        )
        assert sum(sizes) + len(sizes) - 1 == sum(map(len, lines))
        assert max(sizes) < 2_000
