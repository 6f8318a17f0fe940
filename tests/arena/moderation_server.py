"""A small server that speaks OpenAI's moderation API, and misbehaves when it is told to."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

FLAGGED = "forbidden"  # a text with this word is flagged


@dataclass
class Moderator:
    """A running server, how it behaves, and what it was asked."""

    url: str
    manner: str = "well"
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


def verdict(text: str) -> dict[str, Any]:
    """Return what the API answers."""
    is_flagged = FLAGGED in text
    categories = {"harassment": False, "violence": is_flagged, "violence/graphic": is_flagged}
    scores = {name: 0.98 if is_so else 0.01 for name, is_so in categories.items()}
    result = {"flagged": is_flagged, "categories": categories, "category_scores": scores}
    return {"id": "modr-1", "model": "stand-in", "results": [result]}


BODIES = {
    "nonsense": b"<html>hello</html>",
    "no results": b'{"results": []}',
    "no verdict": b'{"results": [{"flagged": "maybe"}]}',
    "huge": b'{"results": [' + b" " * 1_000_000 + b"]}",
    "deep": b"[" * 50_000,
}


class Handler(BaseHTTPRequestHandler):
    """Answers one question."""

    server: "Server"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        moderator = self.server.moderator
        moderator.asked.append({"path": self.path, **body})
        moderator.keys.append(self.headers.get("Authorization"))
        if moderator.manner == "silent":
            time.sleep(1.0)
        status = {"broken": 500, "moved": 307}.get(moderator.manner, 200)
        said = BODIES.get(moderator.manner) or json.dumps(verdict(body["input"])).encode()
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Knows the moderator that it serves."""

    daemon_threads = True
    moderator: Moderator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what is tested."""


@contextmanager
def serve() -> Iterator[Moderator]:
    """Serve on a free port."""
    server = Server(("127.0.0.1", 0), Handler)
    server.moderator = Moderator(f"http://127.0.0.1:{server.server_port}/v1")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.moderator
    finally:
        server.shutdown()
        server.server_close()
