"""Every page, on a desk and on a phone: nothing overflows, axe finds nothing, nothing complains."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.conftest import WIDTHS, Opener, Stack

pytestmark = pytest.mark.journey
PAGES = {
    "board": "/",
    "charts": "/charts/",
    "queue": "/submissions/",
    "submit-model": "/submissions/new/?kind=model",
    "submit-adapter": "/submissions/new/?kind=adapter",
    "submit-baseline": "/submissions/new/?kind=baseline",
    "arena": "/arena/",
    "reference": "/api/v1/docs",
    "missing": "/contenders/nobody/",
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong, with the places."""
    return [
        f"{violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]


def inspect(page: Page, shots: Path, name: str) -> None:
    """Take a picture, then look for faults."""
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    assert page.evaluate(OVERFLOW) <= 0
    assert faults(page) == []


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shots")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_fits_and_can_be_read_by_everyone(
        self, open_page: Opener, stack: Stack, shots: Path, name: str, width: int, scheme: str
    ) -> None:
        page = open_page("about:blank", width=width, color_scheme=scheme)
        page.goto(PAGES[name])
        if name == "charts":
            expect(page.locator("#chart .point").first).to_be_visible()

        inspect(page, shots, f"{name}-{width}-{scheme}")

    def test_fits_for_a_contender_and_its_submission(
        self, open_page: Opener, stack: Stack, shots: Path, width: int, scheme: str
    ) -> None:
        page = open_page(f"/contenders/{stack.sums}/", width=width, color_scheme=scheme)
        inspect(page, shots, f"contender-{width}-{scheme}")

        page.goto(stack.submissions[-1])
        inspect(page, shots, f"submission-{width}-{scheme}")

    def test_fits_for_a_battle_before_and_after_the_vote(
        self, open_page: Opener, stack: Stack, shots: Path, width: int, scheme: str
    ) -> None:
        page = open_page("/arena/", width=width, color_scheme=scheme)
        people.start_battle(page, "Name an animal of the river.")
        inspect(page, shots, f"battle-{width}-{scheme}")

        people.vote_by_key(page, "t")
        inspect(page, shots, f"verdict-{width}-{scheme}")
