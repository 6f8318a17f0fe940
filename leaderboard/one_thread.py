"""Answer a request in one thread that is there already, from the first middleware to the view.

Under ASGI Django starts a thread for each request and carries the request to it and back for
every hook of every middleware. That is more work than most of our views, and all but the event
streams are synchronous: one journey is enough. A stream's body is sent by the event loop alone.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from leaderboard.crowding import Refusals
from leaderboard.ready_answers import HoldingResponse, Shelf

THREADS = 40  # of one process; on PostgreSQL they share the pool's connections
WAITING = 60  # so many more may wait for one; whoever comes then is told to come again
ALWAYS = ("/healthz", "/readyz", "/metrics")  # in threads of their own, however busy the others


class OneThreadHandler(ASGIHandler):
    """Django's ASGI handler with the middleware of a WSGI one."""

    def __init__(self) -> None:
        super().__init__()
        self._ready = Shelf()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._refusals = Refusals()
        self._inside = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send what lies ready, or somebody away where all threads are taken and many wait."""
        is_full = self._inside >= THREADS + WAITING
        if ready := self._ready.find(scope):
            await ready.send(scope, send)
        elif is_full and not scope["path"].startswith(ALWAYS):
            await self._refusals.send(scope["path"], send)
        else:
            await super().__call__(scope, receive, send)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - Django's signature
        """Load every middleware as one that runs in a thread."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Go to a thread once, and answer there."""
        if request.path.startswith(ALWAYS):
            return await sync_to_async(self._answer)(request)
        answer = sync_to_async(self._answer, thread_sensitive=False, executor=self._threads)
        self._inside += 1
        try:
            return await answer(request)
        finally:
            self._inside -= 1

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with a connection that still works; Django's signals come in other threads."""
        close_old_connections()
        try:
            response = self.get_response(request)
            if isinstance(request, ASGIRequest) and isinstance(response, HoldingResponse):
                self._ready.keep(request.scope, response)
            return response
        finally:
            close_old_connections()
