"""Light servers for the real pool: `python -m tests.fault.engine serve` runs serve_engines.

Without arguments it is the nursery that the pool then starts: it obeys the same orders, and each
server answers a token and has an engine in a session of its own, as vLLM's can be.
"""

import json
import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import django
from django.core.management import call_command

from workers.engines import nursery

ENGINE = """
import ctypes, time
ctypes.CDLL(None).prctl(15, b"VLLM::EngineCor")  # PR_SET_NAME
time.sleep(600)
"""
TOKEN = b'{"choices": [{"text": "1"}]}'


class Answering(BaseHTTPRequestHandler):
    """Gives a token to whoever asks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(TOKEN)))
        self.end_headers()
        self.wfile.write(TOKEN)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def become_server(arguments: list[str]) -> None:
    """Start an engine, write down who is who, and answer."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    engine = subprocess.Popen([sys.executable, "-c", ENGINE], start_new_session=True)
    with Path(os.environ["VAR_DIR"], "served.log").open("a") as log:
        log.write(f"{os.getpid()} {engine.pid}\n")
    port = int(arguments[arguments.index("--port") + 1])
    ThreadingHTTPServer(("127.0.0.1", port), Answering).serve_forever()


def nurse() -> None:
    """Fork servers until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print(json.dumps({"ready": True}), flush=True)
    while line := sys.stdin.readline():
        if (pid := os.fork()) == 0:
            become_server(json.loads(line)["arguments"])
        print(json.dumps({"pid": pid}), flush=True)


def serve() -> None:
    """Run the pool of this machine."""
    django.setup()
    nursery.CHILD = "tests.fault.engine"
    call_command("serve_engines")


if __name__ == "__main__":
    serve() if "serve" in sys.argv else nurse()
