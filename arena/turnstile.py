"""One writer at a time, of all processes on this machine, in the order of their coming.

SQLite's own waiting sleeps and tries again: while one process writes without a pause, another can
wait for seconds. Two locked files do better. Whoever has the turn writes; whoever comes next holds
the door and looks for the turn every millisecond; the rest stand before the door. The kernel
unlocks the files of a process that dies. It is a courtesy, no protection: whoever has waited long
enough goes on without, and SQLite decides.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import connection

PATIENCE_S = 5.0
LOOK_S = 0.001


@contextmanager
def passed() -> Iterator[None]:
    """Wait for the turn to write, and hold it while the block runs."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with ExitStack() as files:
        with suppress(OSError):  # no file can be made there: SQLite will say so
            _pass(*(files.enter_context(_file(name)) for name in ("door", "turn")))
        yield


def _file(name: str) -> IO[bytes]:
    database = Path(connection.settings_dict["NAME"])
    return database.with_name(f"{database.name}-{name}").open("ab")


def _pass(door: IO[bytes], turn: IO[bytes]) -> None:
    """Wait for the turn behind the door, and let the next one through."""
    deadline = time.monotonic() + PATIENCE_S
    if _is_locked(door, deadline):
        _is_locked(turn, deadline)
        fcntl.flock(door, fcntl.LOCK_UN)


def _is_locked(file: IO[bytes], deadline: float) -> bool:
    """Lock a file before the deadline, or say that it did not come to that."""
    while time.monotonic() < deadline:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOK_S)
        else:
            return True
    return False
