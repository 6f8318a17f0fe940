"""Whole answers that lie ready: what one stranger was just sent is sent to the next one as it is.

A view says how long its answer holds (`freshness.marked`): until this process looks for changes
again, which is BOARD_CHECK_S at most. Only a GET of a reader without a session or a message
is answered here; everybody else goes the whole way. Kept with its headers,
compressed once.
"""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.cookie import parse_cookie
from django.utils.cache import patch_vary_headers

BYTES_MAX = 64_000_000  # of one process
COMPRESSION = 5
SMALL = 1_000  # bytes that are not worth compressing
DECIDING = (b"host", b"accept-language", b"x-forwarded-proto", b"x-forwarded-host")
OF_A_BODY = (b"content-length", b"content-type", b"content-encoding")
ITS_OWN = (b"authorization", b"range")  # who sends these is never answered from here
Scope = Mapping[str, Any]
Key = tuple[Any, ...]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class HoldingResponse(HttpResponse):
    """An answer that is the same for every stranger until a moment."""

    holds_until = 0.0  # monotonic seconds


@dataclass(frozen=True, slots=True)
class Ready:
    """One answer, as the server sends it."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: bytes
    holds_until: float

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, or 304 to who has exactly this already."""
        known = dict(scope["headers"]).get(b"if-none-match", b"")
        if self.etag.removeprefix(b"W/") in known:
            headers = [each for each in self.headers if each[0].lower() not in OF_A_BODY]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.body})


class Shelf:
    """The answers of this process; the least recently wanted go first."""

    def __init__(self, most: int = BYTES_MAX) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[Key, Ready] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, scope: Scope) -> Ready | None:
        """Return the answer to a request, where one lies ready and still holds."""
        if scope["type"] != "http" or (key := _key(scope)) is None:
            return None
        with self._lock:
            if (ready := self._kept.get(key)) is None:
                return None
            if ready.holds_until < time.monotonic():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return ready

    def keep(self, scope: Scope, answer: HoldingResponse) -> None:
        """Compress an answer for who can read it, and keep it where its view says that it holds."""
        key = _key(scope)
        if key is None or answer.cookies or answer.holds_until <= time.monotonic():
            return
        _compress(answer, is_wanted=_takes_gzip(scope))
        headers = [(name.encode("ascii"), text.encode("latin1")) for name, text in answer.items()]
        ready = Ready(headers, answer.content, answer.headers["ETag"].encode(), answer.holds_until)
        with self._lock:
            self._drop(key)
            self._kept[key] = ready
            self._held += len(ready.body)
            while self._held > self._most:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if (former := self._kept.pop(key, None)) is not None:
            self._held -= len(former.body)


def _key(scope: Scope) -> Key | None:
    """Return what two requests must share to be sent the same; None for who is answered alone."""
    headers = dict(scope["headers"])
    if scope["method"] != "GET" or any(name in headers for name in ITS_OWN):
        return None
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin1"))
    if settings.SESSION_COOKIE_NAME in cookies or "messages" in cookies:
        return None
    language = cookies.get(settings.LANGUAGE_COOKIE_NAME)
    deciding = (language, *(headers.get(name) for name in DECIDING))
    return scope["path"], scope["query_string"], scope.get("scheme"), _takes_gzip(scope), deciding


def _takes_gzip(scope: Scope) -> bool:
    accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
    return b"gzip" in accepted and b"gzip;q=0" not in accepted.replace(b" ", b"")


def _compress(answer: HttpResponse, *, is_wanted: bool) -> None:
    """Compress what strangers are sent: it holds no secret that its length could tell."""
    patch_vary_headers(answer, ("Accept-Encoding",))
    if not is_wanted or len(answer.content) < SMALL:
        return
    answer.content = gzip.compress(answer.content, COMPRESSION, mtime=0)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.content))
    answer.headers["ETag"] = f"W/{answer.headers['ETag'].removeprefix('W/')}"
