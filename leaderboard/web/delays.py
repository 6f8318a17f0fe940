"""Whether Valkey is away, so that pages can say in one line that live progress comes later.

A page never waits for the answer: it is told what was known a moment ago, and where that has
grown old a thread asks anew. One silence is no absence, two in a row are.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from leaderboard.operations import health

ASKED_EVERY_S = 4.0
AWAY_AFTER = 2  # silences in a row
_thread = ThreadPoolExecutor(1, thread_name_prefix="delays")


class Watch:
    """What one process knows of the broker."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._silences = 0
        self._asked_at = float("-inf")

    def is_away(self) -> bool:
        """Say what was known a moment ago; ask anew, aside, where that is old."""
        with self._lock:
            if time.monotonic() - self._asked_at > ASKED_EVERY_S:
                self._asked_at = time.monotonic()
                _thread.submit(self.ask)
            return self._silences >= AWAY_AFTER

    def ask(self) -> None:
        """Ask for a sign of life."""
        holds = health.broker().holds
        with self._lock:
            self._silences = 0 if holds else self._silences + 1


watch = Watch()
