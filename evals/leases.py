"""A worker's hold on a run: which row it is, until when, and whether it still counts.

The hold is (`attempt`, `lease_owner`). Every write of a worker goes through `held`, so one that
was paused while another took over changes nothing when it wakes.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from evals.models import EvalRun


class LeaseLost(Exception):
    """This worker's hold on the run has ended; whatever it still does must not count."""


class CancelRequested(Exception):
    """Somebody wants the run to stop."""


def held(run: EvalRun) -> QuerySet[EvalRun]:
    """Return the row while this worker's claim of it holds, and nothing afterwards."""
    return EvalRun.objects.filter(
        pk=run.pk,
        state=EvalRun.State.RUNNING,
        attempt=run.attempt,
        lease_owner=run.lease_owner,
    )


def lock(*, run: EvalRun) -> None:
    """Hold the row until the transaction ends, or raise LeaseLost."""
    if not held(run).select_for_update().exists():
        raise LeaseLost(run.pk)


def renew(*, run: EvalRun, now: datetime) -> None:
    """Hold on to a run; raise LeaseLost or CancelRequested."""
    if not held(run).update(lease_until=end(now)):
        raise LeaseLost(run.pk)
    check_wanted(run=run)


def check_wanted(*, run: EvalRun) -> None:
    """Raise LeaseLost or CancelRequested where this worker should stop; write nothing."""
    is_unwanted = held(run).values_list("cancel_requested", flat=True).first()
    if is_unwanted is None:
        raise LeaseLost(run.pk)
    if is_unwanted:
        raise CancelRequested(run.pk)


def end(now: datetime) -> datetime:
    """Return when a lease that is renewed now runs out."""
    return now + timedelta(seconds=settings.LEASE_S)
