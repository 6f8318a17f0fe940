"""Whether this web process was told to stop: event streams then end, and readers go on elsewhere.

The server itself waits for what is under way, and would wait for a stream until it breaks it off.
"""

import signal
import threading
from functools import cache, partial
from types import FrameType
from typing import Any

_told = threading.Event()


def is_told() -> bool:
    """Say whether the signal has come."""
    return _told.is_set()


@cache
def listen() -> None:
    """Notice the signals that stop a server, beside the server itself; once is enough.

    Called with the first request: a server puts its own handlers in place after loading us.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_notice, signal.getsignal(number)))


def _notice(former: Any, number: int, frame: FrameType | None) -> None:
    _told.set()
    if callable(former):
        former(number, frame)
    else:  # nobody handles it: it ends the process
        signal.signal(number, former)
        signal.raise_signal(number)
