"""A small, honest OpenAI-compatible chat server: the model's name says what it answers, and how.

`pieces` are sent one by one, `pause_s` apart. A model without an entry is unknown.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Script:
    """What one model says."""

    pieces: tuple[str, ...]
    pause_s: float = 0.0
    finish_reason: str | None = "stop"  # None: the connection breaks off
    before_s: float = 0.0
    longest: int = 1_000  # messages; a longer conversation is refused, as by a small context


@dataclass
class Stub:
    """A running server, and what it was asked."""

    url: str
    scripts: dict[str, Script]
    asked: list[dict[str, Any]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers one chat request as its model's script says."""

    server: "Server"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.stub.asked.append(body)
        script = self.server.stub.scripts.get(body["model"])
        is_refused = script is not None and len(body["messages"]) > script.longest
        self.send_response(404 if not script else 400 if is_refused else 200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if script and not is_refused:
            self._say(script)

    def _say(self, script: Script) -> None:
        time.sleep(script.before_s)
        for piece in script.pieces:
            self._event({"choices": [{"delta": {"content": piece}}]})
            time.sleep(script.pause_s)
        if script.finish_reason:
            self._event({"choices": [{"delta": {}, "finish_reason": script.finish_reason}]})
            usage = {"prompt_tokens": 5, "completion_tokens": len(script.pieces)}
            self._event({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, event: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Many clients at once, and no fuss when one hangs up."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, stub: Stub, host: str) -> None:
        super().__init__((host, 0), Handler)
        self.stub = stub

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is no error of a server."""


@contextmanager
def serve(scripts: dict[str, Script], *, host: str = "127.0.0.1") -> Iterator[Stub]:
    """Serve until the block ends."""
    stub = Stub("", scripts)
    server = Server(stub, host)
    stub.url = f"http://{host}:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
