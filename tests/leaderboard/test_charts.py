"""Quality against cost: who stands on the Pareto line, what is drawn, what is said."""

import json
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Checkpoint, Contender, Suite
from leaderboard.boards import board
from leaderboard.charting import charts
from leaderboard.charting.charts import Chart, Choice
from leaderboard.web import finders
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite() -> Suite:
    """Return the default suite with two benchmarks."""
    return factories.suite("zoo", benchmarks=2)


def scored(contender: Contender, suite: Suite, value: float) -> Contender:
    """Give a contender the same score on every benchmark."""
    run = factories.run(contender, suite)
    for benchmark in suite.benchmarks.all():
        factories.score(run, benchmark, value)
    return contender


def drawn(suite: Suite, *, quality: str = "average", cost: str = "parameters") -> Chart:
    """Return the chart of everything."""
    return charts.draw(board.read(suite=suite), Choice("", quality, cost))


class TestDraw:
    def test_finds_the_pareto_line(self, suite: Suite) -> None:
        scored(factories.model("Small", parameters=1_000_000), suite, 0.5)
        scored(factories.model("Wasteful", parameters=5_000_000), suite, 0.4)
        scored(factories.model("Large", parameters=9_000_000), suite, 0.9)

        chart = drawn(suite)

        front = [(point.row.name, point.is_on_front) for point in chart.points]
        assert front == [("Small", True), ("Wasteful", False), ("Large", True)]

    def test_counts_an_equal_at_a_higher_cost_as_beaten(self, suite: Suite) -> None:
        scored(factories.model("Small", parameters=1_000_000), suite, 0.5)
        scored(factories.model("Large", parameters=2_000_000), suite, 0.5)

        assert [point.is_on_front for point in drawn(suite).points] == [True, False]

    def test_shows_energy_where_it_was_measured(self, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.5)
        heron.runs.update(energy_wh_per_million_tokens=12.5, energy_source="NVML")
        wren = scored(factories.model("Wren"), suite, 0.6)

        chart = drawn(suite, cost="energy")

        assert [(line.row.name, line.cost) for line in chart.lines] == [("Heron", "12.5\u202fWh")]
        assert [row.slug for row in chart.left_out] == [wren.slug]

    def test_keeps_baselines_off_the_pareto_line(self, suite: Suite) -> None:
        scored(factories.baseline("Condor", price_usd_per_million_tokens=Decimal(1)), suite, 0.9)
        run = factories.run(heron := factories.model("Heron"), suite, usd_per_million_tokens=2.0)
        for benchmark in suite.benchmarks.all():
            factories.score(run, benchmark, 0.5)

        chart = drawn(suite, cost="price")

        places = {point.row.slug: point.is_on_front for point in chart.points}
        assert places[heron.slug]
        assert not any(point.is_on_front for point in chart.points if point.row.is_baseline)

    def test_leaves_out_what_lacks_a_number(self, suite: Suite) -> None:
        absent = factories.model("Absent")
        scored(factories.model("Heron"), suite, 0.5)

        chart = drawn(suite)

        assert [row.slug for row in chart.left_out] == [absent.slug]

    def test_uses_a_log_axis_where_costs_are_far_apart(self, suite: Suite) -> None:
        scored(factories.model(parameters=1_000_000), suite, 0.4)
        scored(factories.model(parameters=90_000_000), suite, 0.5)

        axis = drawn(suite).figure["layout"]["xaxis"]

        assert axis["type"] == "log"
        assert "10\u202fM" in axis["ticktext"]

    def test_uses_a_level_axis_where_they_are_close_or_free(self, suite: Suite) -> None:
        scored(factories.model(training_cost_usd=Decimal(0)), suite, 0.4)
        scored(factories.model(training_cost_usd=Decimal(100)), suite, 0.5)

        assert drawn(suite, cost="training").figure["layout"]["xaxis"]["type"] == "linear"

    def test_joins_a_layer_to_its_parent(self, suite: Suite) -> None:
        heron = scored(factories.model(), suite, 0.4)
        scored(factories.adapter(parent=heron), suite, 0.6)

        annotations = drawn(suite).figure["layout"]["annotations"]

        assert sum(each["showarrow"] for each in annotations) == 1

    def test_adds_the_training_cost_of_the_whole_stack(self, suite: Suite) -> None:
        heron = scored(factories.model(training_cost_usd=Decimal("0.3")), suite, 0.4)
        layer = factories.adapter(parent=heron, training_cost_usd=Decimal("0.1"))
        scored(layer, suite, 0.6)

        chart = drawn(suite, cost="training")

        assert [point.x for point in chart.points] == [0.3, 0.4]

    def test_draws_the_interval_of_every_point(self, suite: Suite) -> None:
        scored(factories.model(), suite, 0.5)

        (point,) = drawn(suite).points

        assert point.low < point.y < point.high

    def test_draws_ratings_too(self, suite: Suite) -> None:
        factories.rating(factories.snapshot(), factories.model(), 1050, lower=1000, upper=1100)

        (point,) = drawn(suite, quality="rating").points

        assert (point.low, point.y, point.high) == (1000, 1050, 1100)

    def test_says_that_a_baseline_was_asked_less(self, suite: Suite) -> None:
        scored(factories.model(), suite, 0.5)
        run = factories.run(factories.baseline("Condor"), suite)
        factories.score(run, suite.benchmarks.get(position=0), 0.9)
        Checkpoint.objects.filter(run=run, benchmark__position=1).update(
            state=Checkpoint.State.NOT_APPLICABLE
        )

        chart = drawn(suite)

        assert "The baseline Condor stands at 86.7 on 1 of 2 benchmarks." in chart.summary
        assert len(chart.figure["layout"]["shapes"]) == 2

    def test_lets_no_name_write_markup(self, suite: Suite) -> None:
        scored(factories.model('<a href="https://evil">x</a>', slug="odd"), suite, 0.5)

        assert "<a " not in json.dumps(drawn(suite).figure)

    def test_has_a_sentence_for_an_empty_board(self, suite: Suite) -> None:
        chart = drawn(suite)

        assert chart.summary == "No contender has both average and parameters yet."
        assert chart.points == []


class TestIndex:
    def test_shows_the_picture_and_its_numbers(self, client: Client, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.5)

        page = client.get(reverse("chart-list")).content.decode()

        assert 'id="chart-figure"' in page
        assert "plotly/plotly.min.js" in page
        assert reverse("contender-detail", args=[heron.slug]) in page
        assert "Heron is highest with 33.3" in page

    def test_says_what_it_takes_to_know_the_energy(self, client: Client, suite: Suite) -> None:
        scored(factories.model("Heron"), suite, 0.5)

        page = client.get(reverse("chart-list"), {"x": "energy"}).content.decode()

        assert "Nothing to draw yet" in page
        assert "NVML of an NVIDIA card" in page
        assert "plotly.min.js" not in page

    def test_keeps_its_state_in_the_address(self, client: Client, suite: Suite) -> None:
        query = {"y": "rating", "x": "price"}

        page = client.get(reverse("chart-list"), query).content.decode()

        assert "Rating against $ per M tokens" in page
        assert 'href="?y=average&amp;x=price"' in page

    @pytest.mark.parametrize("query", [{"y": "nonsense"}, {"x": "<script>"}, {"suite": "none"}])
    def test_falls_back_where_the_address_is_wrong(
        self, client: Client, suite: Suite, query: dict[str, str]
    ) -> None:
        answer = client.get(reverse("chart-list"), query)

        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()


class TestPlotlyFinder:
    def test_offers_the_script_and_nothing_else(self) -> None:
        finder = finders.PlotlyFinder()

        assert finder.find("plotly/plotly.min.js").endswith("plotly.min.js")
        assert finder.find("plotly/datasets/iris.csv.gz") == []
        assert [name for name, _ in finder.list(None)] == ["plotly.min.js"]

    def test_knows_the_style_sheets_that_the_script_would_add(self) -> None:
        assert len(finders.style_guards()) >= 1
