"""Release the text of every turn in hand on one tick, by one message to Redis.

A tick is the same for all turns, so a hundred battles cost hardly more than one. The very first
text of a turn does not wait for it: it is shown as soon as all its sides have some.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from django.conf import settings

from arena import streams
from arena.streams import Frame
from workers.pacing import Pacer

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The person who asked pressed stop."""


class Channel:
    """The way of one turn's text from its sides to its readers."""

    def __init__(self, pacer: Pacer, writer: streams.Writer) -> None:
        self.pacer, self.writer = pacer, writer
        self._over = asyncio.Event()
        self._is_stopped = False

    async def until_shown(self) -> None:
        """Return when everything was shown; raise Stopped when that is no longer wanted."""
        await self._over.wait()
        if self._is_stopped:
            raise Stopped

    def release(self) -> list[Frame]:
        """Return the frames of this tick."""
        return [Frame(side, "text", text) for side, text in self.pacer.release().items()]

    def note(self, *, is_stopped: bool) -> None:
        """Take notice of what the last tick brought."""
        self._is_stopped = self._is_stopped or is_stopped
        if is_stopped or self.pacer.is_drained:
            self._over.set()


class Ticker:
    """Runs while its block does; follows any number of channels."""

    def __init__(self) -> None:
        self._channels: list[Channel] = []
        self._redis = streams.connected()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ticker")
        self._hurry = asyncio.Event()
        self._is_over = False

    async def __aenter__(self) -> Self:
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over = True  # Python 3.11's wait_for may swallow the cancellation
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        self._thread.shutdown()
        self._redis.close()

    @contextlib.asynccontextmanager
    async def following(self, channel: Channel) -> AsyncIterator[None]:
        """Release the text of a channel while the block runs."""
        self._channels.append(channel)
        try:
            yield
        finally:
            self._channels.remove(channel)

    def hurry(self) -> None:
        """Release what is about to begin without waiting for the tick."""
        self._hurry.set()

    async def _tick(self) -> None:
        due = time.monotonic()
        while not self._is_over:
            due = max(due + settings.TICK_S, time.monotonic())
            try:
                await self._begin_until(due)
                await self._release(list(self._channels))
            except Exception:  # one turn's bug must not silence the others
                logger.exception("A tick met a bug")

    async def _begin_until(self, due: float) -> None:
        """Wait for the next tick; show the first text of turns that begin meanwhile."""
        while (left := due - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), left)
            if self._hurry.is_set():
                self._hurry.clear()
                await self._release([each for each in self._channels if each.pacer.can_begin])

    async def _release(self, channels: Iterable[Channel]) -> None:
        parcels = [(each, each.release()) for each in channels]
        if not parcels:
            return
        loop = asyncio.get_running_loop()
        sent = [(each.writer, frames) for each, frames in parcels]
        stopped = await loop.run_in_executor(self._thread, streams.send, self._redis, sent)
        for each, _ in parcels:
            each.note(is_stopped=each.writer.turn_id in stopped)
