"""The doorbells. A message carries ids only, and may be lost or doubled without harm.

`ring_*` never fails and never waits. The site calls nothing else of the workers.
"""

from django.conf import settings
from django.utils import timezone

from arena import ratings
from workers import bells, execution, room
from workers.celery import app


@app.task(ignore_result=True)  # type: ignore[untyped-decorator]  # Celery has no types
def execute_runs() -> None:
    """Execute the runs that wait."""
    execution.execute_available()


@app.task(ignore_result=True)  # type: ignore[untyped-decorator]
def answer_turn(turn_id: int) -> None:
    """Have one turn of a battle answered; that goes on when this has returned."""
    room.main().take(turn_id)


@app.task(ignore_result=True)  # type: ignore[untyped-decorator]
def refresh_ratings() -> None:
    """Publish a fit of the votes so far, if there are new ones."""
    ratings.refresh(now=timezone.now())


def ring_runs() -> None:
    """Say that a run waits."""
    bells.ring(execute_runs)


def ring_turn(turn_id: int) -> None:
    """Say that a turn waits for its answers."""
    bells.ring(answer_turn, turn_id=turn_id)


def ring_ratings() -> None:
    """Say that there are new votes; many within a moment are one refresh."""
    bells.ring_once(refresh_ratings, within_s=settings.RATING_DEBOUNCE_S)
