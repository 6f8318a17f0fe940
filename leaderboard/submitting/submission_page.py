"""What the page of one submission says: where it stands, what is done, what happens next.

Rows and sentences, ready to be shown; nothing here changes anything.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evals import journal, notices, reproduction
from evals.models import (
    Attempt,
    Benchmark,
    Checkpoint,
    EvalRun,
    Notice,
    RunLine,
    Score,
    Submission,
)
from evals.queue import Forecast
from leaderboard.web.sayings import said


@dataclass(frozen=True, slots=True)
class BenchmarkLine:
    """How far one benchmark has come, and its score once there is one."""

    benchmark: Benchmark
    state: str
    percent: int
    done: int
    total: int
    score: Score | None


@dataclass(frozen=True, slots=True)
class Step:
    """One station on the way: behind us, here, or ahead."""

    label: str
    state: str  # done, here, ahead, wrong

    @property
    def state_label(self) -> str:
        """Return the state in a word."""
        words = {
            "done": pgettext("step", "done"),
            "here": pgettext("step", "now"),
            "ahead": pgettext("step", "ahead"),
            "wrong": pgettext("step", "failed"),
        }
        return words[self.state]


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """Everything the page shows."""

    submission: Submission
    run: EvalRun
    lines: list[BenchmarkLine]
    steps: list[Step]
    percent: int
    sentence: str
    next_step: str
    queue_position: int
    waiting: int
    eta_s: float | None
    seconds: float | None
    attempts: list[Attempt]
    log: list[RunLine]
    notices: list[Notice]
    is_latest: bool

    @property
    def is_unfinished(self) -> bool:
        """Say whether the page should look again by itself."""
        return self.run.state in EvalRun.UNFINISHED

    @property
    def may_resume(self) -> bool:
        """Say whether the run ended early and nothing newer has taken its place."""
        return self.is_latest and self.run.state in (EvalRun.State.FAILED, EvalRun.State.CANCELLED)

    @property
    def may_rerun(self) -> bool:
        """Say whether it can be measured from the start."""
        return self.is_latest and not self.is_unfinished

    @property
    def commands(self) -> list[str]:
        """Return how lm-eval alone measures the same."""
        return reproduction.commands(self.run)

    @property
    def remark(self) -> str:
        """Return what those commands leave out."""
        return reproduction.remark(self.run)

    @property
    def secret(self) -> str:
        """Return what signs the webhooks; only the owner's page shows it."""
        return notices.secret_of(self.submission) if self.submission.webhook_url else ""


def read(submission: Submission, *, now: datetime) -> SubmissionPage:
    """Read the page; the submission comes with its run and contender."""
    run = submission.run
    lines = _lines(run)
    forecast = Forecast.read(now=now) if run.state in EvalRun.UNFINISHED else None
    return SubmissionPage(
        submission=submission,
        run=run,
        lines=lines,
        steps=_steps(run),
        percent=sum(line.percent for line in lines) // len(lines) if lines else 0,
        sentence=_sentence(run),
        next_step=_next_step(run),
        queue_position=forecast.position(run) if forecast else 0,
        waiting=len(forecast.waiting) if forecast else 0,
        eta_s=forecast.eta_s(run) if forecast else None,
        seconds=_seconds(run, now),
        attempts=list(run.attempts.order_by("pk")),
        log=journal.tail(run),
        notices=list(submission.notices.order_by("pk")),
        is_latest=not _newer(run).exists(),
    )


def may_operate(submission: Submission, *, user_id: int | None, is_staff: bool, key: str) -> bool:
    """Say whether this person may stop and repeat it: who asked for it, and staff."""
    is_owner = user_id is not None and submission.submitter_id == user_id
    is_browser = bool(key) and submission.submitter_key == key
    is_alone = settings.EMBEDDED and not submission.submitter_key and not submission.submitter_id
    return is_staff or is_owner or is_browser or is_alone


def _newer(run: EvalRun) -> QuerySet[EvalRun]:
    return EvalRun.objects.filter(contender=run.contender_id, suite=run.suite_id, pk__gt=run.pk)


def _lines(run: EvalRun) -> list[BenchmarkLine]:
    scores = {score.benchmark_id: score for score in run.scores.all()}
    checkpoints = run.checkpoints.select_related("benchmark").order_by("benchmark__position", "pk")
    return [
        BenchmarkLine(
            benchmark=point.benchmark,
            state=point.state,
            percent=point.percent,
            done=point.requests_done,
            total=point.requests_total,
            score=scores.get(point.benchmark_id),
        )
        for point in checkpoints
    ]


def _steps(run: EvalRun) -> list[Step]:
    has_begun = run.checkpoints.exclude(state=Checkpoint.State.WAITING).exists()
    labels = [_("Checked"), _("Queued"), _("Serving"), _("Measuring"), _("On the board")]
    here = {
        EvalRun.State.QUEUED: 1,
        EvalRun.State.RUNNING: 3 if has_begun else 2,
        EvalRun.State.SUCCEEDED: len(labels),
    }.get(EvalRun.State(run.state), 3 if has_begun else 2 if run.started_at else 1)
    is_wrong = run.state in (EvalRun.State.FAILED, EvalRun.State.CANCELLED)
    return [
        Step(label, "done" if at < here else "ahead" if at > here else _here(is_wrong))
        for at, label in enumerate(labels)
    ]


def _here(is_wrong: bool) -> str:
    return "wrong" if is_wrong else "here"


def _sentence(run: EvalRun) -> str:
    """Return what happens right now."""
    if run.stage:
        return said(run.stage)
    return {
        EvalRun.State.QUEUED: _("Waiting for a worker."),
        EvalRun.State.RUNNING: _("A worker has taken it."),
        EvalRun.State.SUCCEEDED: _("Measured. Its scores are on the board."),
        EvalRun.State.FAILED: said(run.error_sentence) or _("It could not be measured."),
        EvalRun.State.CANCELLED: _("Stopped before it was finished."),
    }[EvalRun.State(run.state)]


def _next_step(run: EvalRun) -> str:
    """Return what the person can do, or expect."""
    return {
        EvalRun.State.QUEUED: _("You can close this page: the place in the queue is kept."),
        EvalRun.State.RUNNING: _("Scores appear below as each benchmark ends."),
        EvalRun.State.SUCCEEDED: _("Next: see it beside its parent, or let people judge it."),
        EvalRun.State.FAILED: _("It was the platform's fault and costs you nothing: go on with it.")
        if run.is_ours
        else _("Mend what the sentence names and submit it again, or go on with this run."),
        EvalRun.State.CANCELLED: _(
            "Go on with it after its last finished benchmark, or start anew."
        ),
    }[EvalRun.State(run.state)]


def _seconds(run: EvalRun, now: datetime) -> float | None:
    if run.started_at is None:
        return None
    return max(0.0, ((run.finished_at or now) - run.started_at).total_seconds())
