"""Who is let into the one harness: those who ask the same server, side by side; others in turn.

The harness reaches one address and holds one key at a time (`workers/engines/gate.py`), so orders
for another wait until it is empty, and later ones wait behind them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_S = 0.5


class Turnstile:
    """A queue of those who want in, and how many are inside for which place."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[object, str]] = []
        self._inside = 0
        self._place = ""

    @contextmanager
    def passed(self, place: str, check: Callable[[], None]) -> Iterator[None]:
        """Be inside for a `with` block; `check` may end the wait by raising."""
        me = (object(), place)
        with self._changed:
            self._waiting.append(me)
            try:
                while not self._may_pass(me):
                    self._changed.wait(LOOK_S)
                    check()
                self._inside += 1
                self._place = place
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _may_pass(self, me: tuple[object, str]) -> bool:
        earlier = self._waiting[: self._waiting.index(me)]
        is_free = self._inside == 0 or self._place == me[1]
        return is_free and all(place == me[1] for _, place in earlier)
