"""The room in which a worker answers all its turns: one event loop in one thread.

A turn is handed over and nobody waits for it. Whoever closes the room gives the turns that are
not over back, so that the next worker takes them at once.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from arena import battles
from workers import answering, talking
from workers.talking import Floor, in_thread

logger = logging.getLogger(__name__)
T = TypeVar("T")

AT_ONCE = 256  # turns that one worker answers beside each other
DATABASE_THREADS = 4
STOP_S = 4.0  # for turns that are nearly over


class Room:
    """Answers turns until it is closed."""

    _floor: Floor

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._database = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="turns")
        self._given: dict[int, Future[None]] = {}
        self._lock = threading.Lock()
        self._opened = threading.Event()
        self._is_closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self._thread.start()
        self._opened.wait()

    def take(self, turn_id: int) -> None:
        """Answer a turn, unless it is being answered here already or there is no room."""
        with self._lock:
            if turn_id in self._given or len(self._given) >= AT_ONCE:
                return
            self._given[turn_id] = asyncio.run_coroutine_threadsafe(
                self._answer(turn_id), self._loop
            )
        self._given[turn_id].add_done_callback(lambda _: self._given.pop(turn_id, None))

    def close(self) -> None:
        """Wait a moment for the turns in hand, then give the rest back."""
        deadline = time.monotonic() + STOP_S
        while self._given and time.monotonic() < deadline:
            time.sleep(0.05)
        for turn in list(self._given.values()):
            turn.cancel()
        while self._given and time.monotonic() < deadline + STOP_S:
            time.sleep(0.02)
        self._loop.call_soon_threadsafe(self._is_closing.set)
        self._thread.join(STOP_S)
        self._database.shutdown()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with talking.floor() as self._floor:
            self._opened.set()
            await self._is_closing.wait()

    async def _answer(self, turn_id: int) -> None:
        try:
            opened = await self._ask(answering.open_turn, turn_id)
            if opened is None:
                return
            try:
                outcome = await talking.talk(opened, self._floor)
            except asyncio.CancelledError:
                await self._ask(_release, opened)
                raise
            await self._ask(answering.close_turn, opened, outcome)
        except Exception:  # a bug in one turn must not silence the others
            logger.exception("Turn %s met a bug", turn_id)

    async def _ask(self, call: Callable[..., T], *given: object) -> T:
        return await self._loop.run_in_executor(self._database, in_thread, call, *given)


def _release(opened: talking.Opened) -> None:
    battles.release(turn=opened.turn)


@cache
def main() -> Room:
    """Return the room of this process."""
    return Room()
