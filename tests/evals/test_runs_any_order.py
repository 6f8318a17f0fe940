"""Whatever several workers do to one run, in any order: its promises hold after every step."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from evals import runs
from evals.models import Checkpoint, EvalRun, Score
from tests import factories
from tests.conftest import NOON
from tests.evals.holding import Measured

State = EvalRun.State
WORKERS = ("one", "two", "three")
WORKER = st.sampled_from(WORKERS)
REFUSALS = (runs.LeaseLost, runs.CancelRequested, runs.NotFinished)


class RunMachine(RuleBasedStateMachine):
    """Three workers, of whom any may be a zombie: it still believes that it holds the run."""

    @initialize()
    def begin(self) -> None:
        Score.objects.all().delete()
        EvalRun.objects.all().delete()
        self.now = NOON
        self.suite = factories.suite()
        self.benchmarks = list(self.suite.benchmarks.order_by("position"))
        self.run_row = runs.enqueue(contender=factories.model(), suite=self.suite, now=NOON)
        self.believed: dict[str, EvalRun] = {}
        self.ended_as: str | None = None
        self.values: dict[int, float] = {}
        self.writes = 0

    def row(self) -> EvalRun:
        return EvalRun.objects.get(pk=self.run_row.pk)

    def is_holder(self, worker: str) -> bool:
        row, mine = self.row(), self.believed.get(worker)
        return (
            mine is not None
            and row.state == State.RUNNING
            and (row.attempt, row.lease_owner) == (mine.attempt, mine.lease_owner)
        )

    def act(self, worker: str, operation: str, **arguments: object) -> None:
        """Let a worker write; it must be refused exactly where it holds nothing."""
        if worker not in self.believed:
            return
        is_holder = self.is_holder(worker)
        try:
            getattr(runs, operation)(run=self.believed[worker], **arguments)
        except runs.LeaseLost:
            assert not is_holder or operation in ("start_benchmark", "skip_benchmark")
        except REFUSALS:
            assert is_holder
        else:
            assert is_holder or operation == "report_progress"

    @rule(worker=WORKER)
    def claim(self, worker: str) -> None:
        try:
            run = runs.claim(run_id=self.run_row.pk, owner=worker, now=self.now)
        except runs.RunNotAvailable:
            return
        self.believed[worker] = run

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(worker=WORKER)
    def renew(self, worker: str) -> None:
        self.act(worker, "renew", now=self.now)

    @rule(worker=WORKER, which=st.integers(0, 1))
    def start(self, worker: str, which: int) -> None:
        self.act(worker, "start_benchmark", benchmark=self.benchmarks[which], now=self.now)

    @rule(worker=WORKER, which=st.integers(0, 1))
    def record(self, worker: str, which: int) -> None:
        self.writes += 1
        measured = Measured(value=float(self.writes))
        self.act(
            worker, "record", benchmark=self.benchmarks[which], measurement=measured, now=self.now
        )

    @rule(worker=WORKER, which=st.integers(0, 1))
    def report(self, worker: str, which: int) -> None:
        self.act(worker, "report_progress", benchmark=self.benchmarks[which], done=1, total=2)

    @rule(worker=WORKER)
    def complete(self, worker: str) -> None:
        self.act(worker, "complete", now=self.now)

    @rule(worker=WORKER)
    def fail(self, worker: str) -> None:
        self.act(worker, "fail", code="GATED", sentence="No.", now=self.now)

    @rule(worker=WORKER)
    def requeue(self, worker: str) -> None:
        self.act(worker, "requeue", code="ENGINE_LOST", sentence="Gone.", now=self.now)

    @rule(worker=WORKER)
    def release(self, worker: str) -> None:
        self.act(worker, "release", now=self.now)

    @rule(worker=WORKER)
    def stop(self, worker: str) -> None:
        if self.row().cancel_requested:
            self.act(worker, "stop", now=self.now)

    @rule()
    def cancel(self) -> None:
        is_over = self.row().state not in EvalRun.UNFINISHED
        if is_over:
            with pytest.raises(runs.AlreadyFinished):
                runs.request_cancel(run=self.run_row, now=self.now)
        else:
            runs.request_cancel(run=self.run_row, now=self.now)

    @rule()
    def sweep(self) -> None:
        runs.sweep(now=self.now)
        assert not EvalRun.objects.expired(now=self.now).exists()

    @invariant()
    def a_finished_state_stays(self) -> None:
        state = self.row().state
        assert self.ended_as in (None, state)
        if state not in EvalRun.UNFINISHED:
            self.ended_as = state

    @invariant()
    def attempts_are_limited_and_leases_belong_to_running_runs(self) -> None:
        row = self.row()
        assert 0 <= row.attempt <= settings.MAX_ATTEMPTS
        assert (row.state == State.RUNNING) == (row.lease_until is not None)
        assert (row.finished_at is None) == (row.state in EvalRun.UNFINISHED)

    @invariant()
    def a_waiting_run_can_be_taken(self) -> None:
        row = self.row()
        if row.state == State.QUEUED:
            assert runs.next_available(now=self.now) == [row.pk]

    @invariant()
    def a_score_never_changes_and_closes_its_checkpoint(self) -> None:
        for score in Score.objects.filter(run=self.run_row):
            assert self.values.setdefault(score.benchmark_id, score.value) == score.value
            checkpoint = Checkpoint.objects.get(run=self.run_row, benchmark=score.benchmark_id)
            assert checkpoint.state == Checkpoint.State.DONE

    @invariant()
    def success_means_every_benchmark(self) -> None:
        if self.row().state == State.SUCCEEDED:
            assert len(self.values) == len(self.benchmarks)

    now: datetime


@pytest.mark.django_db
class TestRuns:
    def test_keep_their_promises_in_any_order(self) -> None:
        mixed = hypothesis_settings(max_examples=40, stateful_step_count=30, deadline=None)

        run_state_machine_as_test(RunMachine, settings=mixed)
