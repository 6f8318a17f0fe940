"""Answer a request in one thread that is there already, from the first signal to the last.

Under ASGI Django starts a thread for each request and carries the request to it and back for
every hook of every middleware and for every signal. That is more work than most of our views, and
all but the event streams are synchronous: one journey is enough. A stream's body is sent by the
event loop alone, and whoever takes nothing of it for READER_TIMEOUT_S is left.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from typing import IO, Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections
from django.http.response import FileResponse, HttpResponseBase
from django.urls import set_script_prefix

from leaderboard.web import stopping
from leaderboard.web.crowding import Refusals
from leaderboard.web.ready_answers import HoldingResponse, Shelf

Scope = dict[str, Any]
Message = Any  # ASGI's dictionaries
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

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
        stopping.listen()
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

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go to a thread once, and send what it answered."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            response = await self._in_thread(scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)

    async def _in_thread(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        if scope["path"].startswith(ALWAYS):
            return await sync_to_async(self._answer_once)(scope, body)
        call = copy_context().run
        loop = asyncio.get_running_loop()
        self._inside += 1
        try:
            return await loop.run_in_executor(self._threads, call, self._answer, scope, body)
        finally:
            self._inside -= 1

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send a body piece by piece, until its end or until its reader leaves."""
        sending = asyncio.create_task(self.send_response(response, _in_time(send)))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            with suppress(asyncio.CancelledError, RequestAborted):
                await leaving
            with suppress(asyncio.CancelledError):
                await sending
            await sync_to_async(_over)(response)

    def _answer_once(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer in a thread that ends with this request."""
        try:
            return self._answer(scope, body)
        finally:
            connections.close_all()

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer with Django's signals before and after, all in this thread."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = self.get_response(request) if request else refusal
        response._handler_class = self.__class__  # noqa: SLF001 - as Django does
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if isinstance(response, HoldingResponse):
            self._ready.keep(scope, response)
        if not response.streaming:
            response.close()
        return cast("HttpResponseBase", response)


def _in_time(send: Send) -> Send:
    """Return what gives up on a reader who takes nothing for a while."""

    async def send_in_time(message: Message) -> None:
        try:
            async with asyncio.timeout(settings.READER_TIMEOUT_S):
                await send(message)
        except TimeoutError:
            raise asyncio.CancelledError from None  # as if that reader had left

    return send_in_time


def _over(response: HttpResponseBase) -> None:
    """Close a streamed answer, in the thread that its body used."""
    response.close()
    connections.close_all()
