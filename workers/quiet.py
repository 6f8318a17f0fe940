"""Benchmarks are asked side by side, but a stopwatch wants the server to itself.

Whoever waits with a stopwatch comes before the next benchmark, so that a short run that has been
measured does not wait for the end of a long one.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_S = 0.5


class Quiet:
    """Who makes noise on a server right now, and who needs silence."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._noisy = 0
        self._waiting = 0
        self._is_timing = False

    @contextmanager
    def noise(self, check: Callable[[], None]) -> Iterator[None]:
        """Ask a benchmark, unless somebody needs silence first; `check` may end the wait."""
        with self._changed:
            while self._is_timing or self._waiting:
                self._wait(check)
            self._noisy += 1
        try:
            yield
        finally:
            with self._changed:
                self._noisy -= 1
                self._changed.notify_all()

    @contextmanager
    def silence(self, check: Callable[[], None]) -> Iterator[None]:
        """Run a stopwatch once nobody makes noise; `check` may end the wait."""
        with self._changed:
            self._waiting += 1
            try:
                while self._is_timing or self._noisy:
                    self._wait(check)
                self._is_timing = True
            finally:
                self._waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._is_timing = False
                self._changed.notify_all()

    def _wait(self, check: Callable[[], None]) -> None:
        self._changed.wait(LOOK_S)
        check()
