"""What the programs in tools/ say on the terminal: one line for each step, with its seconds.

On a terminal the line of a step that takes a while counts the seconds in place.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

DONE, GOING, FAILED = "✓", "…", "✗"


class Refused(Exception):
    """The program cannot go on; its text is one sentence that says what to do."""


class Step:
    """One line of the terminal: what happens, then how long it took."""

    def __init__(self, doing: str) -> None:
        self.doing = doing
        self.done = doing  # the sentence that stays; whoever runs the step may improve it
        self._started = time.monotonic()
        self._over = threading.Event()

    @property
    def seconds(self) -> float:
        """Return how long the step has taken so far."""
        return time.monotonic() - self._started

    def _tick(self) -> None:
        while not self._over.wait(0.5):
            print(f"\r{GOING} {self.doing} {self.seconds:.0f} s ", end="", flush=True)

    def begin(self) -> None:
        """Show the line that says what is going on."""
        if sys.stdout.isatty():
            threading.Thread(target=self._tick, daemon=True).start()
        else:
            say(GOING, self.doing)

    def end(self, mark: str) -> None:
        """Leave the line that stays."""
        self._over.set()
        clear = "\r\033[K" if sys.stdout.isatty() else ""
        text = self.done if mark == DONE else self.doing
        print(f"{clear}{mark} {text} ({self.seconds:.1f} s)", flush=True)


@contextmanager
def step(doing: str) -> Iterator[Step]:
    """Show one step while it happens, and how it ended."""
    line = Step(doing)
    line.begin()
    try:
        yield line
    except BaseException:
        line.end(FAILED)
        raise
    line.end(DONE)


def say(mark: str, sentence: str) -> None:
    """Print one line that has no duration."""
    print(f"{mark} {sentence}", flush=True)
