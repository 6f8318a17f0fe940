"""An evening in the arena: several turns, a connection that breaks, no mouse, a phone."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.journeys import people
from tests.journeys.conftest import Opener, Stack
from tests.journeys.people import ANSWERED_MS
from tests.journeys.test_pages import OVERFLOW, faults
from tools.private_site import PrivateSite

pytestmark = pytest.mark.journey
READY = "#battle[data-state=READY]"


class Cable:
    """A TCP proxy in front of the site whose connections can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> int:
        """Break every connection; return how many there were."""
        cut, self._open = self._open, []
        for each in cut:
            with _unless_gone():
                each.shutdown(socket.SHUT_RDWR)
        return len(cut) // 2

    def close(self) -> None:
        """Take no more."""
        self.cut()
        self._listener.close()

    def _serve(self) -> None:
        with _unless_gone():
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with _unless_gone():
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def cable(site: PrivateSite) -> Iterator[Cable]:
    cable = Cable(urlsplit(site.url).port or 80)
    yield cable
    cable.close()


def wait_for_both(page: Page) -> None:
    expect(page.locator(READY)).to_be_visible(timeout=ANSWERED_MS)


class TestSeveralTurns:
    def test_are_judged_after_the_last(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/arena/")
        people.start_battle(page, "Name an animal of the river.")

        page.keyboard.press("f")
        page.keyboard.type("And one of the wood?")
        page.keyboard.press("Enter")
        expect(page.locator(".exchange")).to_have_count(2)
        wait_for_both(page)
        answers = page.locator(".answer")
        expect(answers).to_have_count(4)
        assert faults(page) == []

        page.keyboard.press("Escape")
        people.vote_by_key(page, "a")
        expect(page.locator("#reveal h1")).to_be_focused()
        assert faults(page) == []


class TestLostConnection:
    def test_goes_on_where_it_was(self, browser: Browser, stack: Stack, cable: Cable) -> None:
        context = browser.new_context(base_url=cable.url)
        page = context.new_page()
        requests: list[Request] = []
        page.on("request", lambda each: requests.append(each))  # noqa: PLW0108 - no builtins here
        page.goto("/arena/")
        box = page.get_by_label("Your prompt")
        box.fill("Tell a long story about a heron.")
        box.press("Enter")
        page.wait_for_url(re.compile(r"/arena/battles/"))
        page.evaluate("window.neverReloaded = true")
        expect(page.locator("[data-side=A]")).not_to_be_empty(timeout=ANSWERED_MS)

        cut = cable.cut()
        wait_for_both(page)

        assert cut > 0
        assert page.evaluate("window.neverReloaded") is True
        assert all(text.strip() for text in page.locator(".answer").all_inner_texts())
        streams = [each for each in requests if each.url.endswith("/stream/")]
        assert any(each.header_value("last-event-id") for each in streams)  # it goes on, not anew
        context.close()


class TestKeyboardOnly:
    def test_goes_from_prompt_to_reasons_to_the_next_battle(
        self, open_page: Opener, stack: Stack
    ) -> None:
        page = open_page("/arena/")
        expect(page.get_by_label("Your prompt")).to_be_focused()
        page.keyboard.type("Who lives in the mill?")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/arena/battles/"))
        wait_for_both(page)

        page.keyboard.press("?")
        expect(page.get_by_text("this list")).to_be_visible()
        people.vote_by_key(page, "b")
        page.keyboard.press("r")
        expect(page.get_by_label("Comment")).to_be_visible()
        first = page.url
        page.keyboard.press("n")
        page.wait_for_url(lambda url: url != first)
        wait_for_both(page)

    def test_stops_both_with_escape(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/arena/")
        page.get_by_label("Your prompt").fill("Tell a very long story about an otter.")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/arena/battles/"))
        page.keyboard.press("Escape")

        ended = page.locator("#battle:not([data-state=ANSWERING])")
        expect(ended).to_be_visible(timeout=ANSWERED_MS)


class TestPhone:
    def test_keeps_the_verdict_in_reach(self, open_page: Opener, stack: Stack) -> None:
        page = open_page("/arena/", width=390, has_touch=True, is_mobile=True)
        page.get_by_label("Your prompt").fill("Tell a story about a fox.")
        page.get_by_role("button", name="Start the battle").tap()
        wait_for_both(page)

        bar = page.get_by_role("button", name="A is better")
        box = bar.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844
        assert page.evaluate(OVERFLOW) <= 0
        assert faults(page) == []

        bar.tap()
        expect(page.locator("#reveal")).to_be_visible()
        assert page.evaluate(OVERFLOW) <= 0


class TestNamed:
    def test_opens_a_layer_against_its_parent(self, open_page: Opener, stack: Stack) -> None:
        page = open_page(f"/arena/side-by-side/?a={stack.instruct}")
        expect(page.get_by_label("B", exact=True)).to_have_value(stack.base)
        assert faults(page) == []

        page.get_by_label("Your prompt").fill("What is 2 plus 3?")
        page.get_by_label("Your prompt").press("Enter")
        expect(page.locator("#battle[data-state=ANSWERED]")).to_be_visible(timeout=ANSWERED_MS)
        assert page.get_by_role("button", name="A is better").count() == 0
        assert faults(page) == []
