"""Many questions in flight at once, and how far they have come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workers.engines.faults import Fault

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]


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
