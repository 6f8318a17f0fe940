"""The queue and the history of submissions, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Case, Prefetch, QuerySet, Value, When

from evals import queue
from evals.models import Checkpoint, EvalRun, Submission

PAGE_SIZE = 40
QUEUE_MAX = 100


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One submission that is not finished."""

    submission: Submission
    percent: int
    position: int  # 0: it is being measured


@dataclass(frozen=True, slots=True)
class SubmissionList:
    """What waits or runs, first come first served, and what has ended, newest first."""

    unfinished: list[QueueLine]
    waiting: int
    finished: Page[Submission]
    eta_s: float | None  # until the last in the queue is done


def read(*, number: str, now: datetime) -> SubmissionList:
    """Read both halves of the page."""
    submissions = Submission.objects.select_related("contender__parent", "run__suite")
    unfinished = list(_in_queue(submissions)[:QUEUE_MAX])
    ended = submissions.exclude(run__state__in=EvalRun.UNFINISHED)
    history = Paginator(ended.order_by("-created_at", "-pk"), PAGE_SIZE)
    return SubmissionList(
        unfinished=_numbered(unfinished),
        waiting=EvalRun.objects.queued().count(),
        finished=history.get_page(number),
        eta_s=queue.eta_s(unfinished[-1].run, now=now) if unfinished else None,
    )


def _in_queue(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Return running ones before waiting ones, each in the order they came."""
    is_waiting = Case(When(run__state=EvalRun.State.QUEUED, then=Value(1)), default=Value(0))
    points = Prefetch("run__checkpoints", queryset=Checkpoint.objects.order_by("pk"))
    return (
        submissions.filter(run__state__in=EvalRun.UNFINISHED)
        .prefetch_related(points)
        .order_by(is_waiting, "run__queued_at", "pk")
    )


def _numbered(unfinished: list[Submission]) -> list[QueueLine]:
    lines: list[QueueLine] = []
    position = 0
    for submission in unfinished:
        is_waiting = submission.run.state == EvalRun.State.QUEUED
        position += is_waiting
        percents = [point.percent for point in submission.run.checkpoints.all()]
        percent = sum(percents) // len(percents) if percents else 0
        lines.append(QueueLine(submission, percent, position if is_waiting else 0))
    return lines
