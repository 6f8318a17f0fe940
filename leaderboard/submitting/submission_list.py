"""The history of submissions, a page at a time, and how many are still under way."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from evals.models import EvalRun, Submission

PAGE_SIZE = 40


@dataclass(frozen=True, slots=True)
class SubmissionList:
    """What has ended, newest first."""

    waiting: int
    running: int
    finished: Page[Submission]


def read(*, number: str) -> SubmissionList:
    """Read one page of the history."""
    submissions = Submission.objects.select_related("contender__parent", "run__suite")
    ended = submissions.exclude(run__state__in=EvalRun.UNFINISHED)
    history = Paginator(ended.order_by("-created_at", "-pk"), PAGE_SIZE)
    return SubmissionList(
        waiting=EvalRun.objects.queued().count(),
        running=EvalRun.objects.filter(state=EvalRun.State.RUNNING).count(),
        finished=history.get_page(number),
    )
