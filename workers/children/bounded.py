"""Run a little of other people's code, such as a chat template, for so long and in so much memory.

A template cannot reach anything in Jinja's sandbox, but it can loop and it can grow. Works in the
main thread, where signals are heard; elsewhere only memory is limited.
"""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 2.0
MORE_BYTES = 512 * 2**20
PAGE = resource.getpagesize()


class TooMuch(Exception):
    """It took more time or memory than it may."""


@contextmanager
def bounded(*, seconds: float = SECONDS, more_bytes: int = MORE_BYTES) -> Iterator[None]:
    """Raise TooMuch in a `with` block that takes longer, or adds more memory, than this."""
    is_main = threading.current_thread() is threading.main_thread()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_size() + more_bytes, hard))
    former = signal.signal(signal.SIGALRM, _too_long) if is_main else None
    if is_main:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except (MemoryError, OverflowError, RecursionError) as error:
        raise TooMuch("it asks for too much memory") from error
    finally:
        if is_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _too_long(*_: object) -> None:
    raise TooMuch("it does not come to an end")


def _size() -> int:
    """Return the bytes of address space that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * PAGE
