"""The board's read-model: every contender once, its gains, its costs, at a constant price."""

from decimal import Decimal

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from evals.models import Checkpoint, Contender, EvalRun, Suite
from leaderboard.boards import board
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def measured(contender: Contender, suite: Suite, *values: float, **fields: object) -> EvalRun:
    """Return a finished run with these values, in the order of the benchmarks."""
    run = factories.run(contender, suite)
    for benchmark, value in zip(suite.benchmarks.order_by("position"), values, strict=False):
        factories.score(run, benchmark, value, **fields)
    return run


class TestRead:
    def test_counts_from_chance_level_to_perfect(self) -> None:
        suite = factories.suite(benchmarks=2)
        heron = factories.model()
        measured(heron, suite, 0.25, 1.0, stderr=0.03)

        row = board.read(suite=suite).by_slug[heron.slug]

        assert row.average.value == pytest.approx(50)
        assert row.average.stderr == pytest.approx(100 * (2 * 0.04**2) ** 0.5 / 2)
        assert row.is_placed

    def test_shows_what_each_layer_added(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model("Heron")
        instruct = factories.adapter(parent=heron)
        sums = factories.adapter(parent=instruct)
        for contender, value in ((heron, 0.5), (instruct, 0.6), (sums, 0.9)):
            measured(contender, suite, value, stderr=0.03)

        row = board.read(suite=suite).by_slug[sums.slug]

        gain = row.scores["benchmark-0"].gain
        assert gain is not None
        assert gain.difference == pytest.approx(0.3)
        assert row.average.gain is not None
        assert row.average.gain.verdict == "better"
        assert row.depth == 2
        assert row.stack == ("Heron", instruct.name, sums.name)

    def test_adds_up_the_stack(self) -> None:
        heron = factories.model(parameters=1_000_000, training_cost_usd=Decimal("0.03"))
        layer = factories.adapter(
            parent=heron, parameters=60_000, training_cost_usd=Decimal("0.01")
        )

        row = board.read(suite=None).by_slug[layer.slug]

        assert (row.parameters, row.own_parameters) == (1_060_000, 60_000)
        assert row.cost.stack_training_usd == Decimal("0.04")

    def test_does_not_invent_the_cost_of_a_stack(self) -> None:
        layer = factories.adapter(parent=factories.model(training_cost_usd=None))

        row = board.read(suite=None).by_slug[layer.slug]

        assert row.cost.stack_training_usd is None

    def test_knows_a_stack_no_better_than_its_weakest_part(self) -> None:
        computed, declared = Contender.CostEvidence.GPU_HOURS, Contender.CostEvidence.DECLARED
        base = factories.model(cost_evidence=computed)
        first = factories.adapter(parent=base, cost_evidence=declared)
        above = factories.adapter(parent=first, cost_evidence=computed)

        rows = board.read(suite=None).by_slug

        evidence = [rows[each.slug].cost.stack_evidence for each in (base, first, above)]
        assert evidence == [computed, declared, declared]

    def test_shows_the_energy_of_the_newest_run(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model()
        measured(heron, suite, 0.4)
        energy = {"energy_wh_per_million_tokens": 12.5, "energy_source": "NVML"}
        heron.runs.update(**energy)

        cost = board.read(suite=suite).by_slug[heron.slug].cost

        assert (cost.energy_wh_per_million_tokens, cost.energy_source) == (12.5, "NVML")

    def test_takes_the_newest_finished_run(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model()
        measured(heron, suite, 0.4)
        measured(heron, suite, 0.7)
        factories.run(heron, suite, state="FAILED", error_code="CORRUPT_WEIGHTS")

        row = board.read(suite=suite).by_slug[heron.slug]

        assert row.scores["benchmark-0"].value == 0.7
        assert row.progress is not None
        assert row.progress.error_code == "CORRUPT_WEIGHTS"

    def test_ignores_what_failed_runs_measured(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model()
        run = factories.run(heron, suite, state="FAILED", error_code="CORRUPT_WEIGHTS")
        factories.score(run, suite.benchmarks.get())

        row = board.read(suite=suite).by_slug[heron.slug]

        assert row.scores["benchmark-0"].value is None
        assert not row.is_placed

    def test_treats_a_score_that_is_no_number_as_missing(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model()
        measured(heron, suite, float("inf"))

        row = board.read(suite=suite).by_slug[heron.slug]

        assert (row.scores["benchmark-0"].value, row.average.value) == (None, None)

    def test_says_what_cannot_be_asked(self) -> None:
        suite = factories.suite(benchmarks=2)
        condor = factories.baseline()
        run = factories.run(condor, suite)
        first, second = suite.benchmarks.order_by("position")
        Checkpoint.objects.filter(run=run, benchmark=first).update(
            state=Checkpoint.State.NOT_APPLICABLE
        )
        factories.score(run, second, 0.9)

        row = board.read(suite=suite).by_slug[condor.slug]

        assert not row.scores["benchmark-0"].is_applicable
        assert (row.average.measured, row.average.of) == (1, 2)
        assert not row.is_placed

    def test_shows_a_run_on_its_way(self) -> None:
        suite = factories.suite(benchmarks=2)
        heron = factories.model()
        run = factories.run(heron, suite, state="RUNNING", lease_until=NOON, stage="Measuring.")
        first = suite.benchmarks.get(position=0)
        Checkpoint.objects.filter(run=run, benchmark=first).update(state=Checkpoint.State.DONE)
        factories.score(run, first, 0.5)

        row = board.read(suite=suite).by_slug[heron.slug]

        assert row.progress is not None
        assert (row.progress.percent, row.progress.stage) == (50, "Measuring.")
        assert row.scores["benchmark-0"].value == 0.5

    def test_marks_a_rating_of_few_votes(self) -> None:
        heron, wren = factories.model(), factories.model()
        snapshot = factories.snapshot()
        factories.rating(snapshot, heron, 1100, votes=settings.RATING_MIN_VOTES)
        factories.rating(snapshot, wren, 900, votes=settings.RATING_MIN_VOTES - 1)

        rows = board.read(suite=None).by_slug

        ratings = [rows[each.slug].rating for each in (heron, wren)]
        assert [each.is_provisional for each in ratings if each] == [False, True]

    def test_prefers_a_list_price_and_says_so(self) -> None:
        condor = factories.baseline(price_usd_per_million_tokens=Decimal("2.5"))

        row = board.read(suite=None).by_slug[condor.slug]

        assert (row.cost.usd_per_million_tokens, row.cost.is_list_price) == (2.5, True)

    def test_leaves_out_what_is_not_listed(self) -> None:
        factories.model(is_listed=False)

        assert board.read(suite=None).rows == ()

    @pytest.mark.parametrize("families", [1, 12])
    def test_costs_the_same_queries_at_any_size(
        self, families: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        suite = factories.suite(benchmarks=3)
        snapshot = factories.snapshot()
        for _ in range(families):
            for contender in (base := factories.model(), factories.adapter(parent=base)):
                measured(contender, suite, 0.5, 0.6, 0.7)
                factories.rating(snapshot, contender)

        with django_assert_num_queries(10):
            board.read(suite=suite)


class TestBoard:
    def test_names_the_leader_and_the_best_for_its_weight(self) -> None:
        suite = factories.suite(benchmarks=1)
        large, small = factories.model(parameters=9_000_000), factories.model(parameters=1_000_000)
        measured(large, suite, 0.9)
        measured(small, suite, 0.6)

        table = board.read(suite=suite)

        assert table.leader is not None
        assert table.pound_for_pound is not None
        assert (table.leader.slug, table.pound_for_pound.slug) == (large.slug, small.slug)

    def test_measures_the_gap_on_what_both_were_asked(self) -> None:
        suite = factories.suite(benchmarks=2)
        heron, condor = factories.model(), factories.baseline()
        measured(heron, suite, 0.25, 0.625, stderr=0.03)
        run = factories.run(condor, suite)
        factories.score(run, suite.benchmarks.get(position=1), 1.0, stderr=0.03)

        gap = board.read(suite=suite).gap

        assert gap is not None
        assert gap.difference == pytest.approx(-50)
        assert gap.verdict == "worse"

    def test_has_no_gap_without_a_baseline(self) -> None:
        suite = factories.suite(benchmarks=1)
        measured(factories.model(), suite, 0.5)

        assert board.read(suite=suite).gap is None

    def test_may_be_empty(self) -> None:
        table = board.read(suite=None)

        assert (table.leader, table.pound_for_pound, table.gap, table.rows) == (
            None,
            None,
            None,
            (),
        )


class TestSuiteNamed:
    def test_falls_back_to_the_default(self) -> None:
        factories.suite("another")
        default = factories.suite(settings.DEFAULT_SUITE)

        assert board.suite_named("nonsense") == default
        assert board.suite_named("another").key == "another"  # type: ignore[union-attr]
