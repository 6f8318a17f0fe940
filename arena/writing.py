"""Write together where only one transaction can be under way at a time.

SQLite keeps a commit by waiting for the disk, and lets nobody else write meanwhile. So whoever
wants to write stands in a line, and the first of the line writes for all of it in one transaction:
as many commits as the disk allows, any number of writes in each. A write is acknowledged when the
transaction that holds it is kept, never before. Other databases need no line.
"""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from arena import turnstile

T = TypeVar("T")
R = TypeVar("R")

TOGETHER = 64  # writes of one transaction, at most
_lock = threading.Lock()  # for the line and who leads
_line: list["_Write"] = []
_is_led = False  # somebody is writing, and will call the next


@dataclass(eq=False, slots=True)
class _Write:
    """One thing to write, and what became of it."""

    write: Callable[[Sequence[Any]], Sequence[Any]]
    item: Any
    is_over: bool = False
    result: Any = None
    error: Exception | None = None
    called: threading.Event = field(default_factory=threading.Event)  # over, or to lead


def together(write: Callable[[Sequence[T]], Sequence[R]], item: T) -> R:
    """Write an item, maybe with those of others, and return its result once that is kept.

    `write` takes what waits and gives a result for each. It may run in another thread and, if
    something spoilt the transaction, again for each item alone.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return write([item])[0]
    own = _Write(write, item)
    if not _leads(own):
        own.called.wait()
    if not own.is_over:
        _lead()
    if own.error is not None:
        raise own.error
    result: R = own.result
    return result


def _leads(own: _Write) -> bool:
    """Stand in the line; say whether nobody writes, so that this one has to."""
    global _is_led
    with _lock:
        _line.append(own)
        is_first, _is_led = not _is_led, True
    return is_first


def _lead() -> None:
    """Write for the line, then call the next to lead and tell those who are through."""
    global _is_led  # noqa: PLW0603
    with turnstile.passed():
        with _lock:
            batch = _line[:TOGETHER]
            del _line[:TOGETHER]
        try:
            _write(batch)
        finally:
            with _lock:
                following = _line[0] if _line else None
                _is_led = following is not None
    if following is not None:
        following.called.set()
    for each in batch:
        each.is_over = True
        each.called.set()


def _write(batch: Sequence[_Write]) -> None:
    """Write all in one transaction, or each in its own where something fails."""
    try:
        _keep(batch)
    except (OperationalError, InterfaceError) as error:  # the database's fault, and everybody's
        for each in batch:
            each.error = error
    except Exception as error:  # one of them; whose it is, is told
        if len(batch) == 1:
            batch[0].error = error
            return
        for each in batch:
            _write([each])


def _keep(batch: Sequence[_Write]) -> None:
    with transaction.atomic():
        for write, members in itertools.groupby(batch, key=lambda each: each.write):
            alike = list(members)
            results = write([each.item for each in alike])
            for each, result in zip(alike, results, strict=True):
                each.result = result
