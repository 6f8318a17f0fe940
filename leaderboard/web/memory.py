"""What was made once and may be asked for again: a few things, the least recently wanted go first.

It lives as long as its owner, such as one board, so nothing in it is ever out of date.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")
THINGS_MAX = 48


class Memory:
    """A small store that threads share; two that ask at once may both make the same thing."""

    def __init__(self, most: int = THINGS_MAX) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is kept under a key, or make it and keep it."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                kept: Made = self._things[key]
                return kept
        made = make()  # outside the lock: it may take a while, and may ask for other things
        with self._lock:
            self._things[key] = made
            while len(self._things) > self.most:
                self._things.popitem(last=False)
        return made
