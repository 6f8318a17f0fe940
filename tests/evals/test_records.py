"""What a worker writes while it holds a run, and how long a run will wait."""

import math

import pytest

from evals import runs
from evals.models import Checkpoint, Score
from evals.records import Cost
from tests import factories
from tests.conftest import NOON
from tests.evals.holding import Measured, after, benchmarks, claimed, queued


@pytest.mark.django_db
class TestRecord:
    def test_closes_the_checkpoint(self) -> None:
        run = claimed()
        benchmark = benchmarks(run)[0]
        runs.start_benchmark(run=run, benchmark=benchmark, now=NOON)
        runs.report_progress(run=run, benchmark=benchmark, done=10, total=20)

        score = runs.record(run=run, benchmark=benchmark, measurement=Measured(), now=NOON)

        checkpoint = run.checkpoints.get(benchmark=benchmark)
        assert (checkpoint.state, checkpoint.requests_done) == (Checkpoint.State.DONE, 10)
        assert (score.value, score.stderr, score.samples) == (0.5, 0.1, 100)

    def test_keeps_the_first_value(self) -> None:
        run = claimed()
        benchmark = benchmarks(run)[0]
        runs.record(run=run, benchmark=benchmark, measurement=Measured(0.5), now=NOON)

        again = runs.record(run=run, benchmark=benchmark, measurement=Measured(0.9), now=NOON)

        assert again.value == 0.5
        assert Score.objects.count() == 1

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_refuses_what_is_no_number(self, value: float) -> None:
        run = claimed()

        with pytest.raises(runs.InvalidMetric):
            runs.record(
                run=run, benchmark=benchmarks(run)[0], measurement=Measured(value), now=NOON
            )

        assert not Score.objects.exists()

    def test_knows_no_error_where_the_harness_gives_none(self) -> None:
        run = claimed()

        score = runs.record(
            run=run, benchmark=benchmarks(run)[0], measurement=Measured(stderr=math.nan), now=NOON
        )

        assert score.stderr is None

    def test_is_refused_from_a_worker_that_was_overtaken(self) -> None:
        run = claimed()
        runs.claim(run_id=run.pk, owner="two", now=after(61))

        with pytest.raises(runs.LeaseLost):
            runs.record(run=run, benchmark=benchmarks(run)[0], measurement=Measured(), now=NOON)
        with pytest.raises(runs.LeaseLost):
            runs.record_cost(run=run, cost=Cost(), versions={})

        assert not Score.objects.exists()


@pytest.mark.django_db
class TestQueue:
    def test_tells_places_and_waits_from_measured_durations(self) -> None:
        suite = factories.suite()
        factories.run(factories.model(), suite, started_at=NOON, finished_at=after(40))
        first, second = (
            runs.enqueue(contender=factories.model(), suite=suite, now=NOON) for _ in range(2)
        )
        running = runs.claim(run_id=first.pk, owner="one", now=NOON)

        places = [runs.queue_position(each) for each in (running, second)]
        waits = [runs.eta_s(each, now=after(10)) for each in (running, second)]

        assert places == [0, 1]
        assert waits == [30.0, 70.0]

    def test_forecasts_nothing_before_anything_was_measured(self) -> None:
        assert runs.eta_s(queued(), now=NOON) is None
