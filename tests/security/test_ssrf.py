"""An API baseline cannot be used to ask the inside: addresses are pinned, redirects end there."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from evals import addresses
from tests import factories
from tests.conftest import NOON
from workers import speaking
from workers.engines.client import Sampling, chat_answers, stream_chat
from workers.engines.faults import Fault

pytestmark = pytest.mark.django_db


class Inside(BaseHTTPRequestHandler):
    """A server of the private network, which nobody from outside may ask."""

    asked: list[str] = []

    def do_POST(self) -> None:
        """Note it; everything else is told to go to the secret."""
        self.asked.append(f"{self.headers['Host']}{self.path}")
        self.send_response(307)
        self.send_header("Location", "/secret")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def inside() -> Iterator[int]:
    """Serve, and give the port."""
    Inside.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), Inside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Have names resolve to one address after the other, the last one for ever."""
    left = list(answers)

    def found(host: object, port: int, *_: object, **__: object) -> list[Any]:
        address = str(host) if str(host)[:1].isdigit() else left[0]
        if not str(host)[:1].isdigit() and len(left) > 1:
            left.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)


class TestPinnedAddress:
    def test_of_a_name_that_moved_inside_is_refused_and_nobody_is_asked(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, inside: int
    ) -> None:
        settings.BASELINE_HOSTS_ALLOWED = []
        baseline = factories.baseline(locator=f"http://moves.example:{inside}/v1")
        factories.deployment(baseline, url=baseline.locator, answered_at=NOON)
        resolving(monkeypatch, "127.0.0.1")

        with pytest.raises(speaking.Lost):
            speaking.speaker(baseline, now=NOON)

        assert Inside.asked == []

    def test_is_the_one_that_is_asked_though_the_name_moves_meanwhile(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, inside: int
    ) -> None:
        settings.BASELINE_HOSTS_ALLOWED = ["moves.example"]
        resolving(monkeypatch, "127.0.0.1", "203.0.113.9")
        pinned = addresses.pin(f"http://moves.example:{inside}/v1")

        asyncio.run(chat_answers("http://moves.example/v1", "x", pinned=pinned, timeout_s=5))

        assert Inside.asked == [f"moves.example:{inside}/v1/chat/completions"]


class TestRedirects:
    def test_are_not_followed(self, inside: int) -> None:
        async def ask() -> None:
            url = f"http://127.0.0.1:{inside}/v1"
            async for _ in stream_chat(url, "x", [], Sampling()):
                pass

        with pytest.raises(Fault):
            asyncio.run(ask())

        assert [path for path in Inside.asked if "secret" in path] == []
        assert len(Inside.asked) == 1
