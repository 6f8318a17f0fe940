"""A run's log: short lines that its page shows, written where something happens."""

from datetime import datetime

from evals.models import EvalRun, RunLine

TEXT_MAX = 400
TAIL = 30


def write(*, run: EvalRun, text: str, now: datetime) -> None:
    """Add a line."""
    RunLine.objects.create(run=run, at=now, text=text[:TEXT_MAX])


def tail(run: EvalRun, *, lines: int = TAIL) -> list[RunLine]:
    """Return the last lines, oldest first."""
    return list(run.log.order_by("-pk")[:lines])[::-1]
