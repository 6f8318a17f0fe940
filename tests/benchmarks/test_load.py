"""The load's own instruments: what it counts is what happened, and flat means flat."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks import load_client, load_watch
from benchmarks.load_client import request
from benchmarks.load_watch import Look


class Handler(BaseHTTPRequestHandler):
    """Takes every other request, and sends the rest away: with advice, or without."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response({"good": 201, "shed": 503, "rude": 503, "bad": 500}[body])
        if body == "shed":
            self.send_header("Retry-After", "3")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Serve, and give the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def made(*bodies: str) -> load_client.Made:
    return lambda number: request("POST", "/", bodies[number % len(bodies)])


def looks(*values: float) -> list[Look]:
    return [
        Look(at, value, value, round(value), round(value), 0) for at, value in enumerate(values)
    ]


class TestLoops:
    def test_count_what_was_taken_and_what_was_sent_away(self, port: int) -> None:
        told = load_client.open_loop(port, made("good", "shed"), a_second=100, seconds=0.2, lines=4)

        assert dict(told.statuses) == {201: 10, 503: 10}
        assert (len(told.good), len(told.shed), told.errors) == (10, 10, 0)
        assert told.wall_s >= 0.19

    def test_call_a_503_without_advice_an_error_like_any_500(self, port: int) -> None:
        told = load_client.closed_loop(port, made("rude", "bad"), clients=2, seconds=5, most=4)

        assert (told.errors, told.without_advice) == (4, 2)

    def test_tell_each_answer_to_whoever_listens(self, port: int) -> None:
        heard: list[tuple[int, int, bytes]] = []

        load_client.closed_loop(
            port, made("good", "shed"), clients=1, seconds=5, most=2,
            hears=lambda *told: heard.append(told),
        )  # fmt: skip

        assert heard == [(0, 201, b"ok"), (1, 503, b"ok")]

    def test_count_who_does_not_answer(self) -> None:
        told = load_client.closed_loop(1, made("good"), clients=1, seconds=5, most=3)

        assert (told.broken, told.errors, told.a_second) == (3, 3, 0)


class TestQuantile:
    def test_is_in_milliseconds(self) -> None:
        assert load_client.at([0.001, 0.002, 0.003], 0.5) == 2.0
        assert load_client.at([], 0.5) == 0.0


class TestGrowth:
    def test_compares_the_last_quarter_with_the_second(self) -> None:
        assert load_watch.growth(looks(10, 90, 100, 100, 100, 100, 110, 110), "rss_mb") == 1.1
        assert load_watch.growth(looks(*[50] * 8), "rss_mb") == 1.0

    def test_of_descriptors_is_what_stays(self) -> None:
        assert load_watch.added(looks(9, 9, 5, 7, 9, 9, 30, 6), "descriptors") == 1
        assert load_watch.added(looks(5, 5, 5, 5, 9, 9, 9, 9), "descriptors") == 4
