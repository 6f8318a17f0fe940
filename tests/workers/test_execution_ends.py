"""Runs that wait for an engine, are cancelled, are put back, or are taken over."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from pytest_django import Settings

from evals import runs
from evals.models import EvalRun, Suite
from tests import factories
from tests.conftest import NOON
from tests.workers.fake_engines import (
    FakeHarness,
    deployment,
    execute,
    fresh,
    measurement,
    served,
    stage_reached,
    until_cancelled,
)
from workers import execution, measuring
from workers.engines.faults import Code, PlatformFault
from workers.engines.orders import Measurement, Order

State = EvalRun.State
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_files")]


class TestWaiting:
    def test_says_what_happens_until_the_engine_answers(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        heron = factories.model("Heron")
        adapter = factories.adapter("Sums", parent=heron)
        run = runs.enqueue(contender=adapter, suite=suite, now=NOON)
        seen: list[str] = []

        def pool() -> None:
            for stage, contender in (
                ("Starting the engine for Heron", heron),
                ("Loading the adapter Sums", adapter),
            ):
                seen.append(stage_reached(run, stage))
                deployment(contender)
            connections.close_all()

        thread = threading.Thread(target=pool)
        thread.start()
        execute(harness)
        thread.join()

        assert seen == ["Starting the engine for Heron", "Loading the adapter Sums"]
        assert fresh(run).state == State.SUCCEEDED

    @pytest.mark.parametrize(
        ("reason", "state", "code"),
        [
            ("ADAPTER_MISFIT: it does not fit", State.FAILED, "ADAPTER_MISFIT"),
            ("ENGINE_START_FAILED: no memory", State.QUEUED, "ENGINE_START_FAILED"),
            ("something else", State.QUEUED, "ENGINE_START_FAILED"),
        ],
    )
    def test_ends_where_the_pool_has_given_up(
        self,
        suite: Suite,
        harness: FakeHarness,
        monkeypatch: pytest.MonkeyPatch,
        reason: str,
        state: str,
        code: str,
    ) -> None:
        monkeypatch.setattr("workers.waiting.DOWN_PATIENCE_S", 0.05)
        run = served(suite, state="DOWN", reason=reason)

        execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (state, code)

    def test_for_an_api_that_starts_later_costs_no_attempt(
        self,
        suite: Suite,
        harness: FakeHarness,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("workers.waiting.DOWN_PATIENCE_S", 0.05)
        reason = "BASELINE_UNREACHABLE: it does not answer yet."
        run = served(suite, factories.baseline(), state="DOWN", reason=reason)

        execute(harness)
        young = fresh(run)
        execute(harness, clock=lambda: NOON + timedelta(seconds=settings.ENGINE_WAIT_S))

        assert (young.state, young.attempt) == (State.QUEUED, 0)
        assert young.stage == "it does not answer yet."
        assert (fresh(run).state, fresh(run).attempt) == (State.QUEUED, 1)

    def test_does_not_last_for_ever(
        self, suite: Suite, harness: FakeHarness, settings: Settings
    ) -> None:
        settings.ENGINE_WAIT_S = 0
        run = runs.enqueue(contender=factories.model(), suite=suite, now=NOON)

        execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.QUEUED, "ENGINE_START_FAILED")


class TestStopping:
    def test_on_request_ends_the_run_and_its_child(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        run = served(suite)

        def cancel_midway(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
            runs.request_cancel(run=run, now=NOON)
            return until_cancelled(order, is_cancelled)

        harness.replies["zoo_task_1"] = [cancel_midway]

        execute(harness)

        assert fresh(run).state == State.CANCELLED
        assert fresh(run).scores.count() == 1

    def test_with_the_worker_puts_the_run_back_uncounted(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        run, other = served(suite), served(suite)

        def stop_midway(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
            execution.stopping.set()
            return until_cancelled(order, is_cancelled)

        harness.replies["zoo_task_1"] = [stop_midway]

        execute(harness)

        assert (fresh(run).state, fresh(run).attempt) == (State.QUEUED, 0)
        assert fresh(run).scores.count() == 1
        assert fresh(other).attempt == 0

    def test_of_a_zombie_changes_nothing(self, suite: Suite, harness: FakeHarness) -> None:
        run = served(suite)
        later = NOON + timedelta(seconds=61)

        def sleep_too_long(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
            taken = runs.claim(run_id=run.pk, owner="other", now=later)
            assert taken.attempt == 2
            return measurement(0.9)

        harness.replies["zoo_task_1"] = [sleep_too_long]

        execute(harness)

        assert (fresh(run).state, fresh(run).lease_owner) == (State.RUNNING, "other")
        assert fresh(run).scores.count() == 1


class TestIsApplicable:
    def test_asks_for_a_chat_template_where_the_benchmark_chats(self, suite: Suite) -> None:
        benchmark = suite.benchmarks.get(position=0)
        benchmark.is_chat = True
        mute = factories.model(config={"has_chat_template": False})

        assert measuring.is_applicable(benchmark, factories.model())
        assert not measuring.is_applicable(benchmark, mute)
        assert not measuring.is_applicable(benchmark, factories.adapter(parent=mute))


class TestResting:
    def test_runs_are_tried_again_while_others_still_wait(
        self, suite: Suite, harness: FakeHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workers.execution.REST_S", 0.0)
        harness.replies["zoo_task_0"] = [PlatformFault(Code.HARNESS_CRASHED)]
        run = served(suite)

        assert execute(harness) == 2

        assert fresh(run).state == State.SUCCEEDED
