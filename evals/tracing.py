"""What a line of the log belongs to: a request, a run, a turn.

Whoever begins one binds its id; everything logged meanwhile in that thread or task carries it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("bound", default=())


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Have log lines carry these ids for the length of a `with` block."""
    token = _bound.set((*_bound.get(), *((name, str(value)) for name, value in ids.items())))
    try:
        yield
    finally:
        _bound.reset(token)


def ids() -> dict[str, str]:
    """Return what is bound here and now."""
    return dict(_bound.get())
