"""Measure once more: go on with a run that ended early, or measure a contender from the start.

Nothing is rewritten: attempts, runs and scores of before stay on record.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from evals import journal, quotas, runs, submissions
from evals.models import Checkpoint, EvalRun, Submission
from evals.submissions import Submitter

State = EvalRun.State
EARLY = (State.FAILED, State.CANCELLED)
AS_NEW: dict[str, Any] = {
    "state": State.QUEUED,
    "stage": "",
    "cancel_requested": False,
    "error_code": "",
    "error_sentence": "",
    "is_ours": False,
    "started_at": None,
    "finished_at": None,
}


class NotRepeatable(Exception):
    """The run has not ended, or not early, or another of the same kind is under way."""

    code = "NOT_REPEATABLE"


def resume(*, run: EvalRun, now: datetime) -> None:
    """Let a failed or stopped run go on after its last finished benchmark; or raise NotRepeatable.

    It gets new attempts and takes its turn as of now.
    """
    try:
        with transaction.atomic():
            ended = EvalRun.objects.filter(pk=run.pk, state__in=EARLY)
            if not ended.update(**AS_NEW, attempts_before=F("attempt"), queued_at=now):
                raise NotRepeatable(_("Only a run that failed or was stopped can go on."))
            unfinished = Checkpoint.objects.filter(run=run, state=Checkpoint.State.RUNNING)
            unfinished.update(state=Checkpoint.State.WAITING, requests_done=0)
            journal.write(run=run, text="Somebody asked to go on with it.", now=now)
    except IntegrityError as error:
        raise NotRepeatable(_("Another run of it is under way: follow that one.")) from error


def rerun(
    *, submission: Submission, by: Submitter, now: datetime, is_limited: bool = True
) -> Submission:
    """Queue a new run of what was submitted; raise NotRepeatable while one is under way."""
    contender, suite = submission.contender, submission.run.suite
    with transaction.atomic():
        if EvalRun.objects.unfinished().filter(contender=contender, suite=suite).exists():
            raise NotRepeatable(_("It is being measured already: wait for the end, or stop it."))
        run = runs.enqueue(contender=contender, suite=suite, owner=by.owner, now=now)
        again = submissions.record(contender=contender, run=run, by=by, now=now)
        if is_limited:
            quotas.check(owner=by.owner, now=now)
    return again
