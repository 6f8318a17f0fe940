"""Every try at a run is kept: who tried, from when to when, and how it ended.

`evals.runs` calls these inside the transaction that changes the run.
"""

from datetime import datetime

from django.conf import settings
from django.utils import translation

from evals import journal
from evals.models import Attempt, EvalRun

Outcome = Attempt.Outcome
LOST = "The worker disappeared."


def begin(*, run: EvalRun, now: datetime) -> None:
    """Open an attempt for the worker that has just claimed the run."""
    end(run=run, outcome=Outcome.LOST, now=now, code="WORKER_LOST", sentence=LOST)
    Attempt.objects.create(run=run, number=run.attempt, worker=run.lease_owner, started_at=now)
    journal.write(run=run, text=f"Attempt {run.attempt} begins.", now=now)


def end(
    *, run: EvalRun, outcome: Attempt.Outcome, now: datetime, code: str = "", sentence: str = ""
) -> None:
    """Close the open attempt, if there is one."""
    closed = Attempt.objects.filter(run=run, ended_at=None).update(
        outcome=outcome, ended_at=now, code=code, sentence=sentence[:1000]
    )
    if closed:
        said = f"{code}: {sentence}" if code else sentence
        with translation.override(settings.LANGUAGE_CODE):  # the log is one for all readers
            text = f"{outcome.label.capitalize()}. {said}".strip()
        journal.write(run=run, text=text, now=now)
