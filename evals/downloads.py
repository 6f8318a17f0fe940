"""One file from elsewhere, written as it arrives: what a cut or a crash left is gone on with.

Whoever wants the same file at the same time waits for the first. A file has its own name only
when it is whole.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import sleep

import httpx

CUTS_MAX = 5  # in a row, without a byte between them
PAUSE_S = 1.0
Opened = Callable[[int], AbstractContextManager[httpx.Response]]  # from a byte on


class WrongSize(Exception):
    """More or less arrived than was announced."""


def fetch(to: Path, *, part: Path, size: int, opened: Opened) -> None:
    """Have a file of so many bytes at `to`; raise WrongSize, or what the sender's end raises."""
    if to.exists():
        return
    part.parent.mkdir(parents=True, exist_ok=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    with _alone(part.with_name(f"{part.name}.lock")):
        if to.exists():  # whoever was first has brought it
            return
        _bring(part, size, opened)
        if part.stat().st_size != size:
            part.unlink()
            raise WrongSize(to.name)
        part.rename(to)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _bring(part: Path, size: int, opened: Opened) -> None:
    """Go on with a part until it is whole, as long as something arrives."""
    cuts = 0
    while (have := _size(part)) < size or not part.exists():
        try:
            _append(part, have, opened)
            return
        except httpx.TransportError:
            cuts = 0 if _size(part) > have else cuts + 1
            if cuts >= CUTS_MAX:
                raise
            sleep(PAUSE_S)


def _append(part: Path, have: int, opened: Opened) -> None:
    with opened(have) as response:
        goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            for piece in response.iter_bytes():
                file.write(piece)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
