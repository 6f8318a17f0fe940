"""Runs seen through by a worker, with an engine that succeeds, fails and dies on command."""

import threading
from collections.abc import Callable

import pytest
from pytest_django import Settings

from evals import runs
from evals.models import Benchmark, EvalRun, Score, Suite
from tests import factories
from tests.conftest import NOON
from tests.workers.fake_engines import (
    COST,
    FakeHarness,
    execute,
    fresh,
    measurement,
    served,
)
from workers import execution
from workers.engines.faults import Code, PlatformFault, UserFault
from workers.engines.orders import Measurement, Order, TargetKind

State = EvalRun.State
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_files")]


class TestExecuteAvailable:
    def test_measures_every_benchmark_and_the_cost(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        run = served(suite)

        assert execute(harness) == 1

        done = fresh(run)
        assert (done.state, done.stage, done.attempt) == (State.SUCCEEDED, "", 1)
        assert done.scores.count() == 2
        assert done.usd_per_million_tokens == COST.usd_per_million_tokens
        assert (done.versions["lm_eval"], done.versions["machine"]) == ("0.4.13", "here")
        assert done.versions["layers"].endswith(f"@{done.contender.revision}")
        assert {each.percent for each in done.checkpoints.all()} == {100}

    def test_gives_the_harness_what_the_benchmark_says(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        Benchmark.objects.filter(suite=suite).update(shots=3, limit=7)
        served(suite)

        execute(harness)

        order = harness.orders[0]
        assert (order.benchmark.task, order.benchmark.shots, order.benchmark.limit) == (
            "zoo_task_0", 3, 7,
        )  # fmt: skip
        assert (order.target.kind, order.target.url) == (TargetKind.VLLM, "http://127.0.0.1:9")

    def test_takes_runs_of_one_base_together(self, suite: Suite, harness: FakeHarness) -> None:
        heron, wren = factories.model("Heron"), factories.model("Wren")
        above = factories.adapter("Sums", parent=heron)
        for contender in (heron, wren, above):
            served(suite, contender)

        execute(harness)

        names = [order.target.served_name.rpartition("-")[0] for order in harness.orders]
        assert sorted(names[:4]) == ["heron", "heron", "sums", "sums"]
        assert names[4:] == ["wren", "wren"]
        assert harness.opened == 1

    def test_measures_runs_of_one_base_side_by_side(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        both = threading.Barrier(2, timeout=20)

        def beside(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
            both.wait()
            return measurement()

        harness.replies["zoo_task_0"] = [beside, beside]
        heron = factories.model("Heron")
        for contender in (heron, factories.adapter("Sums", parent=heron)):
            served(suite, contender)

        assert execute(harness) == 2
        assert not EvalRun.objects.exclude(state=State.SUCCEEDED).exists()

    def test_measures_alone_what_needs_a_server_of_its_own(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        heron = factories.model("Heron")
        for name in ("Head", "Ends"):
            served(suite, factories.adapter(name, parent=heron, serving="MERGED"))

        assert execute(harness) == 2

        asked = [order.run for order in harness.orders]
        assert sorted(asked, key=asked.index) == asked

    def test_measures_what_was_interrupted_alone(self, suite: Suite, harness: FakeHarness) -> None:
        heron = factories.model("Heron")
        first = served(suite, heron)
        above = served(suite, factories.adapter("Sums", parent=heron))
        harness.replies["zoo_task_0"] = [PlatformFault(Code.HARNESS_CRASHED)] * 2
        execute(harness)
        harness.orders.clear()

        execute(harness)

        runs_asked = [order.run for order in harness.orders]
        assert sorted(runs_asked, key=runs_asked.index) == runs_asked
        assert {fresh(first).state, fresh(above).state} == {State.SUCCEEDED}

    def test_opens_no_harness_for_an_empty_table(self, harness: FakeHarness) -> None:
        assert execute(harness) == 0
        assert harness.opened == 0

    def test_leaves_a_run_to_the_worker_that_has_it(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        run = served(suite)
        runs.claim(run_id=run.pk, owner="other", now=NOON)

        assert execute(harness) == 0

    def test_does_not_start_a_second_time_in_one_process(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        inner: list[int] = []

        def ring_again(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
            inner.append(execute(harness))
            return measurement()

        harness.replies["zoo_task_0"] = [ring_again]
        served(suite)

        assert execute(harness) == 1
        assert inner == [0]

    def test_asks_an_api_only_what_it_can_answer(self, suite: Suite, harness: FakeHarness) -> None:
        generate = Benchmark.OutputType.GENERATE
        Benchmark.objects.filter(suite=suite, position=1).update(output_type=generate)
        run = served(suite, factories.baseline())

        execute(harness)

        assert fresh(run).state == State.SUCCEEDED
        assert list(harness.asked) == ["zoo_task_1"]
        assert Score.objects.get(run=run).benchmark.position == 1

    def test_fails_where_nothing_can_be_asked(self, suite: Suite, harness: FakeHarness) -> None:
        run = served(suite, factories.baseline())

        execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "NOT_APPLICABLE")

    def test_skips_what_the_harness_calls_not_applicable(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.replies["zoo_task_0"] = [UserFault(Code.NOT_APPLICABLE)]
        run = served(suite)

        execute(harness)

        assert (fresh(run).state, fresh(run).scores.count()) == (State.SUCCEEDED, 1)


class TestFaults:
    def test_of_the_asker_end_the_run_with_a_code_and_a_next_step(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.replies["zoo_task_0"] = [UserFault(Code.CONTEXT_TOO_SHORT)]
        run = served(suite)

        execute(harness)

        failed = fresh(run)
        assert (failed.state, failed.error_code) == (State.FAILED, "CONTEXT_TOO_SHORT")
        assert "shorter questions" in failed.error_sentence
        assert harness.asked["zoo_task_0"] == 1

    def test_of_ours_are_tried_again_from_the_last_checkpoint(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.replies["zoo_task_1"] = [PlatformFault(Code.HARNESS_CRASHED)]
        run = served(suite)

        execute(harness)
        assert (fresh(run).state, fresh(run).error_code) == (State.QUEUED, "HARNESS_CRASHED")
        execute(harness)

        assert (fresh(run).state, fresh(run).attempt) == (State.SUCCEEDED, 2)
        assert harness.asked == {"zoo_task_0": 1, "zoo_task_1": 2}

    def test_of_ours_end_the_run_after_the_last_attempt(
        self, suite: Suite, harness: FakeHarness, settings: Settings
    ) -> None:
        harness.replies["zoo_task_0"] = [PlatformFault(Code.ENGINE_LOST) for _ in range(9)]
        run = served(suite)

        for _ in range(5):
            execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "ENGINE_LOST")
        assert fresh(run).attempt == settings.MAX_ATTEMPTS

    def test_of_memory_end_the_run_sooner(self, suite: Suite, harness: FakeHarness) -> None:
        harness.replies["zoo_task_0"] = [PlatformFault(Code.OUT_OF_MEMORY) for _ in range(9)]
        run = served(suite)

        for _ in range(5):
            execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "OUT_OF_MEMORY")
        assert fresh(run).attempt == execution.TRIES_IN_MEMORY

    def test_in_one_run_do_not_stop_the_next(self, suite: Suite, harness: FakeHarness) -> None:
        harness.replies["zoo_task_0"] = [PlatformFault(Code.HARNESS_CRASHED)]
        first, second = served(suite), served(suite)

        assert execute(harness) == 2

        assert (fresh(first).state, fresh(second).state) == (State.QUEUED, State.SUCCEEDED)

    def test_of_a_value_that_is_no_number_never_rank(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.replies["zoo_task_0"] = [measurement(float("nan"))]
        run = served(suite)

        execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "INVALID_METRIC")
        assert not Score.objects.exists()

    def test_that_nobody_foresaw_fail_the_run_and_are_raised(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.replies["zoo_task_0"] = [ZeroDivisionError("bug")]
        run = served(suite)

        with pytest.raises(ZeroDivisionError):
            execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "INTERNAL_ERROR")


class TestFiles:
    def test_that_have_gone_fail_the_run(
        self, suite: Suite, harness: FakeHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        run = served(suite)

        execute(harness)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "NOT_FOUND")
