"""What every request is wrapped in: an id in the log, and headers that close what we do not use.

The log has the method, the path and the status; never a query, a body, a cookie or an address.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from evals import spans, tracing

logger = logging.getLogger(__name__)

SLOW_S = 5.0
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
UNUSED = (
    "accelerometer", "autoplay", "camera", "display-capture", "geolocation",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
POLICIES = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Cross-Origin-Resource-Policy": "same-origin",
}
Next = Callable[[HttpRequest], Any]


class EnvelopeMiddleware:
    """The outermost middleware."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer, inside the envelope."""
        if self._is_async:
            return self._answer_async(request)
        started = time.monotonic()
        with tracing.bound(request=_id(request)), _span(request):
            response: HttpResponseBase = self._next(request)
            return _sealed(request, response, time.monotonic() - started)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        started = time.monotonic()
        with tracing.bound(request=_id(request)), _span(request):
            response: HttpResponseBase = await self._next(request)
            return _sealed(request, response, time.monotonic() - started)


@contextmanager
def _span(request: HttpRequest) -> Iterator[None]:
    """Have the request be a span, of the trace that a proxy of ours began."""
    told = request.headers.get("traceparent", "") if settings.NUM_PROXIES else ""
    name = f"{request.method} {request.path}"
    with spans.continued({"traceparent": told} if told else {}), spans.span(name, kind="SERVER"):
        yield


def _id(request: HttpRequest) -> str:
    """Return the id that a proxy of ours gave this request, or a new one."""
    given = request.headers.get("X-Request-ID", "") if settings.NUM_PROXIES else ""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def _sealed(request: HttpRequest, response: HttpResponseBase, seconds: float) -> HttpResponseBase:
    for name, value in POLICIES.items():
        response.headers.setdefault(name, value)
    is_notable = response.status_code >= 500 or seconds > SLOW_S
    logger.log(
        logging.WARNING if is_notable else logging.DEBUG,
        "%s %s %s in %.0f ms",
        request.method,
        request.path,
        response.status_code,
        seconds * 1000,
    )
    return response
