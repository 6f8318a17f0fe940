"""Many questions in flight at once, how far they have come, and their end before their time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from workers.engines.faults import Code, Fault, UserFault

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]
Stopped = Callable[[], bool]
LOOK_S = 0.25  # how soon the wish to stop is noticed


def never() -> bool:
    """Say that nobody wants it to stop."""
    return False


def run(work: Coroutine[Any, Any, R], is_stopped: Stopped) -> R:
    """Return what some work comes to, or raise CANCELLED where it is to stop."""
    return asyncio.run(_watched(work, is_stopped))


async def _watched(work: Coroutine[Any, Any, R], is_stopped: Stopped) -> R:
    task = asyncio.create_task(work)
    while not (await asyncio.wait({task}, timeout=LOOK_S))[0]:
        if is_stopped():
            task.cancel()
            await asyncio.wait({task})
            raise UserFault(Code.CANCELLED)
    return task.result()


async def ask_all(
    questions: Sequence[T], ask: Callable[[T], Awaitable[R]], *, concurrency: int
) -> list[R]:
    """Ask every question, so many at a time; the first fault ends them all."""
    gate = asyncio.Semaphore(concurrency)

    async def one(question: T) -> R:
        async with gate:
            return await ask(question)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(question)) for question in questions]
    except* Fault as faults:
        raise _first(faults) from None
    return [task.result() for task in tasks]


def _first(group: BaseExceptionGroup[Fault]) -> Fault:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


@dataclass(slots=True)
class Count:
    """How many answers have come, told to whoever listens."""

    total: int
    listener: Progress
    done: int = 0

    def add(self, more: int = 1) -> None:
        """Tell that more have come."""
        self.done = min(self.total, self.done + more)
        self.listener(self.done, self.total)
