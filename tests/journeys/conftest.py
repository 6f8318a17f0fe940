"""A running site, a real browser, and pages that notice what a person would not."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Request as BrowserRequest

from tests.journeys import people
from tools import install, private_site
from tools.private_site import PrivateSite

FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-quic"]  # fmt: skip
WIDTHS = {1280: 900, 390: 844}
STACK = [("model", "models/heron"), ("adapter", "adapters/instruct"), ("adapter", "adapters/sums")]


@pytest.fixture(scope="session")
def site() -> Iterator[PrivateSite]:
    """Start everything that `make run` starts, on free ports, with nothing submitted."""
    with private_site.running(zoo=False) as started:
        yield started


@pytest.fixture(scope="session")
def api(site: PrivateSite) -> Iterator[httpx.Client]:
    """Return a client of the site's API."""
    with httpx.Client(base_url=f"{site.url}/api/v1", timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium: the system's, else Playwright's own."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=install.browser(), args=[*FLAGS, *sandbox]
        )
        yield chromium
        chromium.close()


@dataclass
class Watched:
    """A page, what went wrong on it, and whom it asked."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the console reports; that the page itself is refused may be what is tested."""
        is_the_page = message.location["url"] == self.page.url and " status of 4" in message.text
        if message.type in {"error", "warning"} and not is_the_page:
            self.complaints.append(f"{message.type}: {message.text} ({message.location})")

    def see(self, request: BrowserRequest) -> None:
        """Keep requests to other hosts."""
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != urlsplit(self.site).netloc:
            self.strangers.append(request.url)


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: PrivateSite) -> Iterator[Opener]:
    """Return a function that opens a page in a fresh browser profile; complaints fail the test."""
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def opener(path: str = "/", *, width: int = 1280, **options: object) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": WIDTHS[width]},
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        watch = Watched(page, site.url)
        watched.append(watch)
        page.on("console", watch.hear)
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        page.on("request", watch.see)
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert [each.complaints for each in watched if each.complaints] == []
    assert [each.strangers for each in watched if each.strangers] == []


@dataclass(frozen=True)
class Stack:
    """A base with two layers, measured: the slug of each, and what the browser saw meanwhile."""

    base: str
    instruct: str
    sums: str
    submissions: tuple[str, ...]


@pytest.fixture(scope="session")
def stack(browser: Browser, site: PrivateSite) -> Stack:
    """Submit the zoo's adapter stack through the form and watch each score arrive."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    addresses: list[str] = []
    slugs = [""]
    for kind, locator in STACK:
        addresses.append(people.submit(page, kind=kind, locator=locator, parent=slugs[-1]))
        slugs.append(people.wait_for_score(page))
    context.close()
    _, base, instruct, sums = slugs
    return Stack(base, instruct, sums, submissions=tuple(addresses))
