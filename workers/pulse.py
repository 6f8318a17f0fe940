"""Is everybody still answering? One real token from each, every few seconds, side by side.

Two silences in a row, or a process that has ended, is death. Touches no row.
"""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor

BEAT_S = 10.0
SILENCES = 2  # of 20 s each, so a hanging engine is known within a minute
AT_ONCE = 16


class Pulse:
    """The health of all who are watched."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pulse")
        self._beats: dict[Hashable, Future[bool]] = {}
        self._due: dict[Hashable, float] = {}
        self._silences: dict[Hashable, int] = {}

    def look(self, watched: dict[int, Callable[[], bool]]) -> tuple[list[int], list[int]]:
        """Return who has answered since the last look, and who is dead; ask those who are due."""
        alive, dead = [], []
        for key in list(self._beats):
            if self._beats[key].done():
                is_well = self._beats.pop(key).result()
                self._silences[key] = 0 if is_well else self._silences.get(key, 0) + 1
                self._due[key] = time.monotonic() + BEAT_S
                if key in watched and is_well:
                    alive.append(key)
        for key, ask in watched.items():
            if self._silences.get(key, 0) >= SILENCES:
                dead.append(key)
                self._silences[key] = 0
            elif key not in self._beats and time.monotonic() >= self._due.get(key, 0):
                self._beats[key] = self._pool.submit(ask)
        return alive, dead

    def stop(self) -> None:
        """Ask no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
