"""What somebody is told when too many wait already: 503 at once, and when to come again.

It is sent by the event loop itself, before the request is read: no thread, no database, no
template while others wait for them.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from http import HTTPStatus
from typing import Any

from django.template.loader import get_template

from leaderboard.web import problem_details

logger = logging.getLogger(__name__)

CODE = "SITE_BUSY"
SENTENCE = "Too many requests at once, so nothing was done. Try it again in a few seconds."
RETRY_AFTER_S = 3
TELL_EVERY_S = 10.0
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Refusals:
    """Refuses, and tells the log how often, but not each time."""

    def __init__(self) -> None:
        self._count = 0
        self._told_at = float("-inf")

    async def send(self, path: str, send: Send) -> None:
        """Answer one request."""
        kind, body = _page(is_api=path.startswith("/api/"))
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(RETRY_AFTER_S).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self._tell()

    def _tell(self) -> None:
        self._count += 1
        if time.monotonic() - self._told_at > TELL_EVERY_S:
            logger.warning("%s: %s requests were sent away", CODE, self._count)
            self._count, self._told_at = 0, time.monotonic()


@cache
def _page(*, is_api: bool) -> tuple[bytes, bytes]:
    """Return the content type and the body."""
    if not is_api:
        page = get_template("503.html").render({"sentence": SENTENCE})
        return b"text/html; charset=utf-8", page.encode()
    told = problem_details.body(HTTPStatus.SERVICE_UNAVAILABLE, CODE, SENTENCE)
    return problem_details.CONTENT_TYPE.encode(), json.dumps(told).encode()
