"""The one way out of a confined child: this process connects for it, to one address at a time.

The child asks over a pair of sockets and is handed a connected one; what it asks for does not
matter, because it is always given the address that its present order names.
"""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
PORTS = {"http": 80, "https": 443}


class Gate:
    """A thread that connects, and the end that belongs to the child."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._address: tuple[str, int] | None = None
        self._thread = threading.Thread(target=self._serve, name="gate", daemon=True)
        self._thread.start()

    def open_to(self, url: str) -> None:
        """Connect the child to this address from now on, and to no other."""
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or PORTS[parts.scheme])

    def close(self) -> None:
        """Let nobody through any more."""
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)
        self._ours.close()
        self.theirs.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the child is gone, or the gate is closed
            while self._ours.recv(16):
                self._answer()

    def _answer(self) -> None:
        if self._address is None:
            self._ours.send(b"No order names anybody.")
            return
        try:
            made = socket.create_connection(self._address, timeout=TIMEOUT_S)
        except OSError as error:
            self._ours.send(str(error).encode()[:200] or b"refused")
            return
        with made:
            made.settimeout(None)
            socket.send_fds(self._ours, [b"connected"], [made.fileno()])
