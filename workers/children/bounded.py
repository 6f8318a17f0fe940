"""Run a little of other people's code, such as a chat template, for so long and in so much memory.

A template cannot reach anything in Jinja's sandbox, but it can loop and it can grow. Works in the
main thread, where signals are heard: `bounded_call` has it do the work of another. Where no main
thread listens, only memory is limited.
"""

import resource
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

SECONDS = 2.0
MORE_BYTES = 512 * 2**20
PAGE = resource.getpagesize()
T = TypeVar("T")

in_main_thread: Callable[[Callable[[], None]], None] | None = None  # set by whoever listens there


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


def bounded_call(function: Callable[[], T]) -> T:
    """Return what a function returns, or raise TooMuch; from any thread."""
    if in_main_thread is None or threading.current_thread() is threading.main_thread():
        with bounded():
            return function()
    waiting: Future[T] = Future()

    def work() -> None:
        try:
            with bounded():
                result = function()
        except Exception as error:
            waiting.set_exception(error)
        else:
            waiting.set_result(result)

    in_main_thread(work)
    return waiting.result()


def _too_long(*_: object) -> None:
    raise TooMuch("it does not come to an end")


def _size() -> int:
    """Return the bytes of address space that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * PAGE
