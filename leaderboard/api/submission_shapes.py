"""What a submission looks like as JSON, going in and coming out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from evals import journal, runs
from evals.models import Attempt, Checkpoint, Contender, EvalRun, Score, Submission
from evals.notices import Wishes
from evals.submissions import Accepted, Order
from leaderboard.api.choices import one_of


class SubmissionIn(Schema):
    """What to rank, and what is known about it."""

    model_config = ConfigDict(extra="forbid")

    kind: Contender.Kind = Field(description="MODEL, ADAPTER (on a parent) or BASELINE.")
    source: Contender.Source = Field(description="Where it lies: HUB, DIRECTORY or API.")
    locator: str = Field(description="Hub repository, directory under MODEL_ROOT, or API url.")
    revision: str = Field(default="", description="Branch, tag or commit; stored as a commit.")
    api_model: str = Field(default="", description="The name that an API knows the model by.")
    parent_slug: str = Field(default="", description="Slug of what an adapter sits on.")
    variant_of_slug: str = Field(
        default="", description="Slug of the model that a quantised one was made from."
    )
    name: str = Field(default="", description="How the board calls it; made up where empty.")
    description: str = ""
    licence: str = ""
    released_at: date | None = None
    training_cost_usd: Decimal | None = Field(
        default=None, ge=0, max_digits=14, decimal_places=4, description="Of this layer alone."
    )
    cost_evidence: Contender.CostEvidence = Contender.CostEvidence.UNKNOWN
    price_usd_per_million_tokens: Decimal | None = Field(
        default=None, ge=0, max_digits=12, decimal_places=4, description="An API's list price."
    )

    suite: str = Field(default="", description="Key of the suite; empty: the site's default.")
    webhook_url: str = Field(
        default="", description="Told by a signed POST when the evaluation ends."
    )
    wants_email: bool = Field(default=False, description="Told by e-mail, to the account's own.")

    def wishes(self) -> Wishes:
        """Return how its submitter wants to be told."""
        return Wishes(webhook_url=self.webhook_url.strip(), wants_email=self.wants_email)

    def order(self) -> Order:
        """Return it in the words of the operation."""
        choices = {"kind", "source", "cost_evidence", "suite", "webhook_url", "wants_email"}
        return Order(
            kind=self.kind.value,
            source=self.source.value,
            cost_evidence=self.cost_evidence.value,
            **self.model_dump(exclude=choices),
        )


class UploadIn(Schema):
    """What is known about an adapter whose files come along, as fields of a form."""

    model_config = ConfigDict(extra="forbid")

    parent_slug: str = Field(description="Slug of what the adapter sits on.")
    name: str = Field(default="", description="How the board calls it; made up where empty.")
    description: str = ""
    licence: str = ""
    training_cost_usd: Decimal | None = Field(
        default=None, ge=0, max_digits=14, decimal_places=4, description="Of this layer alone."
    )
    cost_evidence: Contender.CostEvidence = Contender.CostEvidence.UNKNOWN
    suite: str = Field(default="", description="Key of the suite; empty: the site's default.")
    webhook_url: str = Field(
        default="", description="Told by a signed POST when the evaluation ends."
    )

    def wishes(self) -> Wishes:
        """Return how its submitter wants to be told."""
        return Wishes(webhook_url=self.webhook_url.strip())

    def order(self) -> Order:
        """Return it in the words of the operation; where the files lie is not known yet."""
        return Order(
            kind=Contender.Kind.ADAPTER.value,
            source=Contender.Source.UPLOAD.value,
            locator="",
            cost_evidence=self.cost_evidence.value,
            **self.model_dump(exclude={"cost_evidence", "suite", "webhook_url"}),
        )


class FailureOut(Schema):
    """Why a run failed."""

    code: str
    detail: str


class SubmissionOut(Schema):
    """A person's request, and what became of it."""

    id: UUID
    contender: str = Field(description="Slug.")
    suite: str
    state: EvalRun.State
    stage: str = Field(description="What happens right now, in a sentence.")
    error: FailureOut | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class BenchmarkProgressOut(Schema):
    """How far one benchmark has come, and what it measured."""

    key: str
    state: str = Field(json_schema_extra=one_of(Checkpoint.State))
    percent: int
    value: float | None
    stderr: float | None
    samples: int | None


class AttemptOut(Schema):
    """One try of a worker."""

    number: int
    outcome: str = Field(json_schema_extra=one_of(Attempt.Outcome))
    code: str
    detail: str
    started_at: datetime
    ended_at: datetime | None


class LogLineOut(Schema):
    """One line of the run's log."""

    at: datetime
    text: str


class SubmissionDetailOut(SubmissionOut):
    """A submission with its progress."""

    queue_position: int | None = Field(description="1 is next; null when it does not wait.")
    eta_s: float | None = Field(description="Expected seconds until it is done, if known.")
    benchmarks: list[BenchmarkProgressOut]
    attempts: list[AttemptOut]
    log: list[LogLineOut] = Field(description="The last lines, oldest first.")


class SubmittedOut(SubmissionDetailOut):
    """A submission just accepted."""

    warnings: list[str] = Field(description="What the submitter should know.")
    token: str | None = Field(
        description="Proves later that this is yours: stop it, go on, measure it again."
    )


class QueuePlaceOut(Schema):
    """One run that is not finished."""

    contender: str = Field(description="Slug.")
    state: EvalRun.State
    position: int = Field(description="1 is next; 0 is being measured.")
    eta_s: float | None = Field(description="Expected seconds until it is done, if known.")


class QueueOut(Schema):
    """Who is measured and who waits."""

    waiting: int
    running: int
    places: list[QueuePlaceOut]


def submission_out(submission: Submission) -> SubmissionOut:
    """Return a submission for a list; its run, suite and contender are loaded already."""
    return SubmissionOut(**_facts(submission))


def submission_detail_out(submission: Submission) -> SubmissionDetailOut:
    """Return a submission with everything known about its run."""
    run = submission.run
    scores = {each.benchmark_id: each for each in Score.objects.filter(run=run)}
    checkpoints = run.checkpoints.select_related("benchmark").order_by("benchmark__position", "pk")
    is_queued = run.state == EvalRun.State.QUEUED
    return SubmissionDetailOut(
        queue_position=runs.queue_position(run) if is_queued else None,
        eta_s=runs.eta_s(run) if run.state in EvalRun.UNFINISHED else None,
        benchmarks=[_progress(each, scores.get(each.benchmark_id)) for each in checkpoints],
        attempts=[_attempt(each) for each in run.attempts.order_by("pk")],
        log=[LogLineOut(at=each.at, text=each.text) for each in journal.tail(run)],
        **_facts(submission),
    )


def submitted_out(accepted: Accepted, token: str | None) -> SubmittedOut:
    """Return what was accepted, be it new or the one that exists."""
    detail = submission_detail_out(accepted.submission)
    return SubmittedOut(warnings=list(accepted.warnings), token=token, **detail.model_dump())


def _facts(submission: Submission) -> dict[str, Any]:
    run = submission.run
    has_failed = run.state == EvalRun.State.FAILED
    return {
        "id": submission.pk,
        "contender": submission.contender.slug,
        "suite": run.suite.key,
        "state": run.state,
        "stage": run.stage,
        "error": {"code": run.error_code, "detail": run.error_sentence} if has_failed else None,
        "created_at": submission.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _progress(checkpoint: Checkpoint, score: Score | None) -> BenchmarkProgressOut:
    return BenchmarkProgressOut(
        key=checkpoint.benchmark.key,
        state=checkpoint.state,
        percent=checkpoint.percent,
        value=score.value if score else None,
        stderr=score.stderr if score else None,
        samples=score.samples if score else None,
    )


def _attempt(attempt: Attempt) -> AttemptOut:
    return AttemptOut(
        number=attempt.number,
        outcome=attempt.outcome,
        code=attempt.code,
        detail=attempt.sentence,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
    )
