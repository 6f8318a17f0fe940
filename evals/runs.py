"""The life of a run: queued, running, then succeeded, failed or cancelled.

Every transition is here, and each is one conditional UPDATE; a worker's are fenced by its lease
(`evals.leases`). Nothing here talks to an engine, and nothing here rings the workers.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from evals import attempts, journal, leases, notices
from evals.attempts import Outcome
from evals.leases import CancelRequested, LeaseLost, check_wanted, held, renew
from evals.models import Benchmark, Checkpoint, Contender, EvalRun, Suite
from evals.queue import available, company, eta_s, next_available, next_batch, queue_position
from evals.records import InvalidMetric, record, record_cost

__all__ = [
    "AlreadyFinished",
    "CancelRequested",
    "InvalidMetric",
    "LeaseLost",
    "NotFinished",
    "RunNotAvailable",
    "check_wanted",
    "claim",
    "company",
    "complete",
    "enqueue",
    "eta_s",
    "fail",
    "next_available",
    "next_batch",
    "queue_position",
    "record",
    "record_cost",
    "release",
    "renew",
    "report_progress",
    "request_cancel",
    "requeue",
    "show_stage",
    "skip_benchmark",
    "start_benchmark",
    "stop",
    "sweep",
    "tell_stage",
]

State = EvalRun.State
FREED: dict[str, Any] = {"lease_owner": "", "lease_until": None}
OURS = ("INTERNAL_ERROR", "WORKER_LOST")
SENTENCE_MAX = 1000
STAGE_MAX = 120
UNMEASURED = (Checkpoint.State.WAITING, Checkpoint.State.RUNNING)


class RunNotAvailable(Exception):
    """Another worker has the run, or it is over."""


class AlreadyFinished(Exception):
    """The run is over and cannot be cancelled any more."""


class NotFinished(Exception):
    """A benchmark of the run is still unmeasured."""


def enqueue(*, contender: Contender, suite: Suite, now: datetime, owner: str = "") -> EvalRun:
    """Return the unfinished run of a contender on a suite, made if there is none."""
    unfinished = EvalRun.objects.unfinished().filter(contender=contender, suite=suite)
    if (run := unfinished.first()) is not None:
        return run
    try:
        with transaction.atomic():
            run = EvalRun.objects.create(
                contender=contender, suite=suite, owner=owner, queued_at=now
            )
            Checkpoint.objects.bulk_create(
                Checkpoint(run=run, benchmark=benchmark)
                for benchmark in suite.benchmarks.order_by("position", "pk")
            )
            return run
    except IntegrityError:
        return unfinished.get()


@transaction.atomic
def claim(*, run_id: int, owner: str, now: datetime) -> EvalRun:
    """Take a waiting or abandoned run for this worker, or raise RunNotAvailable."""
    claimed = (
        available(now)
        .filter(pk=run_id)
        .update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            lease_owner=owner,
            lease_until=leases.end(now),
            started_at=Coalesce(F("started_at"), now),
            error_code="",
            error_sentence="",
        )
    )
    if not claimed:
        raise RunNotAvailable(run_id)
    run = EvalRun.objects.select_related("contender__base", "suite").get(pk=run_id)
    attempts.begin(run=run, now=now)
    return run


def tell_stage(*, run: EvalRun, stage: str, now: datetime | None = None) -> None:
    """Say on the page what happens right now, and keep it in the run's log."""
    show_stage(run=run, stage=stage)
    journal.write(run=run, text=f"{stage}.", now=now or timezone.now())


def show_stage(*, run: EvalRun, stage: str) -> None:
    """Say on the page what happens right now; the log does not hear of it."""
    if not held(run).update(stage=stage[:STAGE_MAX]):
        raise LeaseLost(run.pk)


def start_benchmark(*, run: EvalRun, benchmark: Benchmark, now: datetime) -> None:
    """Mark a benchmark as being measured, from its first question."""
    _checkpoint(run, benchmark, state=Checkpoint.State.RUNNING, requests_done=0, started_at=now)


def report_progress(*, run: EvalRun, benchmark: Benchmark, done: int, total: int) -> None:
    """Say how many questions have been answered; a late word after the end changes nothing."""
    Checkpoint.objects.filter(
        run__in=held(run), benchmark=benchmark, state=Checkpoint.State.RUNNING
    ).update(requests_done=done, requests_total=total)


def skip_benchmark(*, run: EvalRun, benchmark: Benchmark, now: datetime) -> None:
    """Mark a benchmark that cannot be asked of this contender; it is never scored as 0."""
    _checkpoint(run, benchmark, state=Checkpoint.State.NOT_APPLICABLE, finished_at=now)


def complete(*, run: EvalRun, now: datetime) -> None:
    """End a run whose benchmarks are all measured or not applicable."""
    with transaction.atomic():
        if not held(run).update(
            state=State.SUCCEEDED, stage="", finished_at=now, cancel_requested=False, **FREED
        ):
            raise LeaseLost(run.pk)
        if Checkpoint.objects.filter(run=run, state__in=UNMEASURED).exists():
            raise NotFinished(run.pk)
        _ended(run, Outcome.SUCCEEDED, now)


def fail(*, run: EvalRun, code: str, sentence: str, now: datetime) -> None:
    """End a run that cannot be measured, saying why and what to do."""
    is_ours = code in OURS
    if not _fail(held(run), run, code, sentence, now, is_ours=is_ours):
        raise LeaseLost(run.pk)


@transaction.atomic
def requeue(*, run: EvalRun, code: str, sentence: str, now: datetime) -> None:
    """Let another attempt finish the run; after the last one it fails with the code."""
    if run.tries >= settings.MAX_ATTEMPTS:
        if not _fail(held(run), run, code, sentence, now, is_ours=True):
            raise LeaseLost(run.pk)
        return
    changes = _back_in_queue(f"Waiting to be tried again: {sentence}", now)
    if not held(run).update(**changes, error_code=code, error_sentence=sentence[:SENTENCE_MAX]):
        raise LeaseLost(run.pk)
    _ended(run, Outcome.RETRIED, now, code, sentence)


@transaction.atomic
def release(*, run: EvalRun, now: datetime, code: str = "", sentence: str = "") -> None:
    """Put a run back that could not be worked on, or not to its end; the attempt does not count."""
    changes = _back_in_queue(sentence or "Waiting for a worker to go on.", now)
    told = {"error_code": code, "error_sentence": sentence[:SENTENCE_MAX]}
    if not held(run).update(**changes, **told, attempt=F("attempt") - 1):
        raise LeaseLost(run.pk)
    _ended(run, Outcome.RELEASED, now, code, sentence)


@transaction.atomic
def request_cancel(*, run: EvalRun, now: datetime) -> None:
    """Stop a run: at once where it waits, within seconds where a worker has it."""
    waits = Q(state=State.QUEUED)
    asked = EvalRun.objects.filter(pk=run.pk, state__in=EvalRun.UNFINISHED).update(
        cancel_requested=True,
        finished_at=Case(When(waits, then=Value(now)), default=None),
        state=Case(When(waits, then=Value(State.CANCELLED)), default=F("state")),
        stage=Case(When(waits, then=Value("")), default=F("stage")),
    )
    if not asked:
        raise AlreadyFinished(run.pk)
    journal.write(run=run, text="Somebody asked to stop it.", now=now)
    notices.announce(run=run, now=now)


@transaction.atomic
def stop(*, run: EvalRun, now: datetime) -> None:
    """End a run whose cancellation was requested; its scores so far are not ranked."""
    if not held(run).update(state=State.CANCELLED, stage="", finished_at=now, **FREED):
        raise LeaseLost(run.pk)
    _ended(run, Outcome.CANCELLED, now)


def sweep(*, now: datetime, is_dead: Callable[[str], bool] = lambda _: False) -> list[int]:
    """Free every run whose worker has gone silent, or is known to be dead; return them."""
    silent = list(EvalRun.objects.expired(now=now))
    alive = EvalRun.objects.filter(state=State.RUNNING, lease_until__gte=now)
    dead = [run for run in alive if is_dead(run.lease_owner)]
    return [run.pk for run in (*silent, *dead) if _free(run, now)]


@transaction.atomic
def _free(run: EvalRun, now: datetime) -> bool:
    """Take a run from a worker, unless that worker has renewed its lease meanwhile."""
    silent = held(run).filter(lease_until=run.lease_until)
    if run.tries >= settings.MAX_ATTEMPTS:
        sentence = "Its worker disappeared every time: run it again, or tell the operator."
        wanted = silent.filter(cancel_requested=False)
        if _fail(wanted, run, "WORKER_LOST", sentence, now, is_ours=True):
            return True
    if not silent.update(**_back_in_queue("Waiting for a worker to go on.", now)):
        return False
    _ended(run, Outcome.LOST, now, "WORKER_LOST", attempts.LOST)
    return True


def _checkpoint(run: EvalRun, benchmark: Benchmark, **changes: Any) -> None:
    """Change an unfinished checkpoint of a run that this worker holds."""
    found = Checkpoint.objects.filter(run__in=held(run), benchmark=benchmark, state__in=UNMEASURED)
    if not found.update(**changes):
        raise LeaseLost(run.pk)


@transaction.atomic
def _fail(
    rows: QuerySet[EvalRun], run: EvalRun, code: str, sentence: str, now: datetime, *, is_ours: bool
) -> bool:
    failed = rows.update(
        state=State.FAILED,
        stage="",
        error_code=code,
        error_sentence=sentence[:SENTENCE_MAX],
        is_ours=is_ours,
        finished_at=now,
        **FREED,
    )
    if failed:
        _ended(run, Outcome.FAILED, now, code, sentence)
    return bool(failed)


def _ended(
    run: EvalRun, outcome: attempts.Outcome, now: datetime, code: str = "", sentence: str = ""
) -> None:
    """Close the attempt, and tell who waits for the end where this was it."""
    attempts.end(run=run, outcome=outcome, now=now, code=code, sentence=sentence)
    notices.announce(run=run, now=now)


def _back_in_queue(stage: str, now: datetime) -> dict[str, Any]:
    """Return the changes that free a run: queued again, or over where nobody wants it."""
    unwanted = Q(cancel_requested=True)
    return {
        "state": Case(When(unwanted, then=Value(State.CANCELLED)), default=Value(State.QUEUED)),
        "stage": Case(When(unwanted, then=Value("")), default=Value(stage[:STAGE_MAX])),
        "finished_at": Case(When(unwanted, then=Value(now)), default=None),
        **FREED,
    }
