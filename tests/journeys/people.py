"""What people do on the site, step by step, with the mouse and the keyboard."""

import re
import time

from playwright.sync_api import Page, expect

SCORED_MS = 420_000
ANSWERED_MS = 60_000


def submit(page: Page, *, kind: str, locator: str, parent: str = "") -> str:
    """Fill in the form and send it; `parent` is a slug. Return the submission's address."""
    page.goto(f"/submissions/new/?kind={kind}")
    if parent:
        page.get_by_label("Stands on").select_option(parent)
    page.get_by_label("Where it is").select_option("DIRECTORY")
    page.get_by_label("Repository or directory").fill(locator)
    page.get_by_role("button", name=f"Submit {kind}").click()
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"))
    return page.url


def wait_for_score(page: Page) -> str:
    """Watch the page until it shows the result, without loading it; return the contender's slug."""
    page.evaluate("window.neverReloaded = true")
    result = page.get_by_role("link", name="See the result")
    expect(result).to_be_visible(timeout=SCORED_MS)
    assert page.evaluate("window.neverReloaded") is True
    return (result.get_attribute("href") or "").rstrip("/").rsplit("/", 1)[-1]


def start_battle(page: Page, prompt: str) -> None:
    """Write a prompt, send it by key, and wait for both answers."""
    page.goto("/arena/")
    box = page.get_by_label("Your prompt")
    expect(box).to_be_visible(timeout=ANSWERED_MS)
    box.fill(prompt)
    box.press("Enter")
    page.wait_for_url(re.compile(r"/arena/battles/"))
    expect(page.locator("#battle[data-state=READY]")).to_be_visible(timeout=ANSWERED_MS)


def vote_by_key(page: Page, key: str) -> float:
    """Press a verdict's key; return the seconds until the ratings stand below the names."""
    started = time.monotonic()
    page.keyboard.press(key)
    expect(page.locator("#ratings strong")).to_have_count(2, timeout=15_000)
    return time.monotonic() - started
