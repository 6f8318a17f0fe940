"""How long a run will wait: its place in the queue, and a forecast from measured durations."""

from datetime import datetime

from django.db.models import Avg, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone

from evals.models import EvalRun

MEASURED_RUNS = 20  # the most recent ones that a forecast looks at


def queue_position(run: EvalRun) -> int:
    """Return 1 for the run that is taken next; 0 for one that waits no longer."""
    if run.state != EvalRun.State.QUEUED:
        return 0
    earlier = Q(queued_at__lt=run.queued_at) | Q(queued_at=run.queued_at, pk__lt=run.pk)
    return EvalRun.objects.queued().filter(earlier).count() + 1


def eta_s(run: EvalRun, *, now: datetime | None = None) -> float | None:
    """Return the seconds until a run is expected to end; None where nothing was measured yet."""
    now = now or timezone.now()
    if run.state not in EvalRun.UNFINISHED:
        return None
    usual = _usual_seconds(run)
    if usual is None:
        return None
    if run.state == EvalRun.State.RUNNING:
        return max(0.0, usual - _elapsed(run, now))
    running = EvalRun.objects.filter(state=EvalRun.State.RUNNING)
    remaining = sum(max(0.0, usual - _elapsed(each, now)) for each in running)
    return remaining + usual * queue_position(run)


def _usual_seconds(run: EvalRun) -> float | None:
    recent = (
        EvalRun.objects.filter(
            suite=run.suite_id, state=EvalRun.State.SUCCEEDED, started_at__isnull=False
        )
        .order_by("-finished_at", "-pk")
        .values("pk")[:MEASURED_RUNS]
    )
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    usual = EvalRun.objects.filter(pk__in=[row["pk"] for row in recent]).aggregate(
        seconds=Avg(took)
    )["seconds"]
    return usual.total_seconds() if usual else None


def _elapsed(run: EvalRun, now: datetime) -> float:
    return (now - run.started_at).total_seconds() if run.started_at else 0.0
