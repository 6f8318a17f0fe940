"""Take the pictures of docs/images from a site that holds the whole zoo: `make screenshots`.

python -m tools.screenshots --url http://127.0.0.1:8000     from a site that runs already
python -m tools.screenshots                                 from an own one, in ten minutes
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tools import install, private_site

IMAGES = install.ROOT / "docs" / "images"
SIZES = {1280: 860, 390: 844}
FULL_S = 900
PROMPT = "Tell me a story about a fox who finds a bell."
STACK = "/contenders/heron-instruct-sums/"
PAGES = {"board": "/", "charts": "/charts/", "arena": "/arena/"}


def shoot(page: Page, name: str, width: int) -> None:
    """Take one picture of what a person sees first."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)  # fonts, charts and fading have settled
    page.screenshot(path=IMAGES / f"{name}-{width}.png")
    print(f"docs/images/{name}-{width}.png")


def shoot_pages(page: Page, width: int) -> None:
    """Take the pages that need no action."""
    for name, path in PAGES.items():
        page.goto(path)
        if name == "charts":
            expect(page.locator("#chart .point").first).to_be_visible()
        shoot(page, name, width)
    page.goto("/")
    page.goto(STACK)
    shoot(page, "contender", width)


def shoot_battle(page: Page, width: int) -> None:
    """Take a battle before and after its vote."""
    page.goto("/arena/")
    page.get_by_label("Your prompt").fill(PROMPT)
    page.get_by_role("button", name="Start the battle").click()
    expect(page.locator("#battle[data-state=READY]")).to_be_visible(timeout=60_000)
    shoot(page, "battle", width)
    page.get_by_role("button", name="A is better").click()
    expect(page.locator("#ratings strong")).to_have_count(2, timeout=15_000)
    shoot(page, "verdict", width)


def shoot_everything(browser: Browser, url: str) -> None:
    """Take every picture at both widths."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES.items():
        context = browser.new_context(
            base_url=url, viewport={"width": width, "height": height}, color_scheme="light"
        )
        page = context.new_page()
        shoot_pages(page, width)
        shoot_battle(page, width)
        context.close()


@contextmanager
def site(url: str) -> Iterator[str]:
    """Return the given site, or an own one once its board is full."""
    if url:
        yield url
        return
    with private_site.running(zoo=True) as own:
        deadline = time.monotonic() + FULL_S
        while "Everything runs" not in own.said():
            if time.monotonic() > deadline:
                raise private_site.DidNotStart(own.said())
            time.sleep(1)
        yield own.url


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a running site (default: start one)")
    chosen = parser.parse_args()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with site(chosen.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=install.browser(), args=sandbox)
        shoot_everything(browser, url)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
