"""A small OpenID Connect provider for tests: it knows one person."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PERSON = {
    "sub": "4711",
    "email": "ada@lab.example",
    "email_verified": True,
    "preferred_username": "ada",
}


class Provider(BaseHTTPRequestHandler):
    """Answers what a provider answers, without asking for a password."""

    def do_GET(self) -> None:
        """Say where everything is, or who the person is."""
        here = f"http://{self.headers['Host']}"
        if self.path.endswith("/openid-configuration"):
            self._answer(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        else:
            self._answer(PERSON)

    def do_POST(self) -> None:
        """Give a token for a code."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"access_token": "t", "token_type": "Bearer"})

    def _answer(self, body: object) -> None:
        sent = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextmanager
def provider() -> Iterator[str]:
    """Serve one, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
