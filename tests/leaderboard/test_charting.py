"""Charts beside quality against cost: what each says, solved by hand."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Suite
from leaderboard.boards import board
from leaderboard.charting import agreement, chart_page, wins
from leaderboard.charting.picture import Picture
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


@pytest.fixture
def suite() -> Suite:
    """Return the default suite with one benchmark."""
    return factories.suite("zoo", benchmarks=1)


def scored(contender: Contender, suite: Suite, value: float, **fields: object) -> Contender:
    """Give a contender one score."""
    run = factories.run(contender, suite, **fields)
    factories.score(run, suite.benchmarks.get(), value)
    return contender


def drawn(suite: Suite, kind: str, query: str = "") -> Picture:
    """Return a picture of everything."""
    return chart_page.draw(kind, board.read(suite=suite), QueryDict(query), today=TODAY)


def names(picture: Picture) -> list[str]:
    return [line.row.name for line in picture.lines if line.row]


class TestPoundForPound:
    def test_divides_the_average_by_what_it_took(self, suite: Suite) -> None:
        scored(factories.model("Wren", parameters=2_000_000), suite, 0.625)

        (million,) = drawn(suite, "pound-for-pound").lines
        (gigabyte,) = drawn(suite, "pound-for-pound", "by=gigabyte").lines

        assert million.cells[:2] == ["Flyweight", "25.0"]  # 50 points, 2 million weights
        assert gigabyte.cells[1] == "16.7"  # 50 points, 3 GB

    def test_shows_the_best_of_every_class(self, suite: Suite) -> None:
        for number in range(7):
            scored(factories.model(f"Light {number}"), suite, 0.5 + number / 20)
        scored(factories.model("Heavy"), suite, 0.3, peak_memory_bytes=90_000_000_000)

        picture = drawn(suite, "pound-for-pound")

        assert names(picture) == [f"Light {number}" for number in (6, 5, 4, 3, 2)] + ["Heavy"]
        assert picture.hidden == 2


class TestGap:
    def released(self, suite: Suite, name: str, day: date, value: float) -> Contender:
        return scored(factories.model(name, released_at=day), suite, value)

    def test_steps_at_every_release_that_changed_it(self, suite: Suite) -> None:
        scored(factories.baseline("Condor", released_at=date(2026, 9, 1)), suite, 1.0)
        self.released(suite, "Wren", date(2026, 10, 1), 0.55)
        self.released(suite, "Worse", date(2026, 10, 8), 0.40)
        self.released(suite, "Heron", date(2026, 10, 15), 0.85)

        picture = drawn(suite, "gap")

        assert names(picture) == ["Wren", "Heron"]
        assert [line.cells[2] for line in picture.lines] == ["−60.0", "−20.0"]  # noqa: RUF001
        assert picture.summary == (
            "Heron is 20.0 points (± 5.7) behind Condor: 12 weeks behind, and not matched yet."
        )

    def test_counts_the_weeks_until_a_baseline_was_matched(self, suite: Suite) -> None:
        scored(factories.baseline("Condor", released_at=date(2026, 9, 1)), suite, 0.8)
        self.released(suite, "Heron", date(2026, 9, 29), 0.79)

        assert (
            "it took 4 weeks from the baseline's release to match it" in drawn(suite, "gap").summary
        )

    def test_needs_a_baseline(self, suite: Suite) -> None:
        self.released(suite, "Heron", date(2026, 9, 29), 0.79)

        assert drawn(suite, "gap").is_empty


class TestWins:
    def test_counts_both_sides_and_half_a_tie(self, suite: Suite) -> None:
        heron, wren = factories.model("Heron"), factories.model("Wren")
        factories.vote(factories.battle(heron, wren), "A")
        factories.vote(factories.battle(wren, heron), "B")
        factories.vote(factories.battle(wren, heron), "TIE")
        factories.vote(factories.battle(wren, heron), "A", exclusion="IDENTITY_LEAK")

        found = wins.records(list(board.read(suite=suite).rows))

        assert found[heron.slug, wren.slug] == wins.Record(2.5, 3)
        assert found[wren.slug, heron.slug] == wins.Record(0.5, 3)

    def test_puts_the_strongest_first(self, suite: Suite) -> None:
        heron, wren = factories.model("Heron"), factories.model("Wren")
        snapshot = factories.snapshot()
        factories.rating(snapshot, heron, 900)
        factories.rating(snapshot, wren, 1100)
        factories.vote(factories.battle(heron, wren), "B")

        picture = drawn(suite, "wins")

        assert names(picture) == ["Wren", "Heron"]
        assert picture.lines[0].cells == ["Heron", "100 %", "1"]
        assert picture.figure["data"][0]["z"] == [[None, 1.0], [0.0, None]]


class TestGains:
    def test_says_where_benchmarks_and_votes_disagree(self, suite: Suite) -> None:
        base = scored(factories.model("Base"), suite, 0.5)
        layer = scored(factories.adapter("Layer", parent=base), suite, 0.9)
        snapshot = factories.snapshot()
        factories.rating(snapshot, base, 1000)
        factories.rating(snapshot, layer, 800)

        (line,) = drawn(suite, "gains").lines

        assert line.cells[2] == "disagree"


class TestAgreement:
    def test_is_one_for_the_same_order_and_minus_one_for_the_opposite(self) -> None:
        same = [(float(each), float(each**3)) for each in range(6)]

        assert agreement.rank_correlation(same) == (1.0, 1.0, 1.0)
        assert agreement.rank_correlation([(a, -b) for a, b in same]) == (-1.0, -1.0, -1.0)

    def test_has_fishers_interval(self) -> None:
        found = agreement.rank_correlation([(1, 1), (2, 3), (3, 2), (4, 4), (5, 5)])

        # rho = 1 - 6 * 2 / (5 * 24) = 0.9; atanh 1.472 -+ 1.96 * 1.03 / sqrt(2)
        assert found == pytest.approx((0.9, 0.0446, 0.9940), abs=2e-4)

    @pytest.mark.parametrize("pairs", [[(1, 1)] * 3, [(1, 1), (1, 2), (1, 3), (1, 4)]])
    def test_says_nothing_about_too_few(self, pairs: list[tuple[float, float]]) -> None:
        assert agreement.rank_correlation(pairs) is None

    def test_draws_a_line_for_every_benchmark(self, suite: Suite) -> None:
        snapshot = factories.snapshot()
        for number in range(5):
            contender = scored(factories.model(), suite, 0.3 + number / 10)
            factories.rating(snapshot, contender, 900 + 10 * number)

        picture = drawn(suite, "agreement")

        assert [(line.name, line.cells[0]) for line in picture.lines] == [
            ("Average", "+1.00"),
            ("Benchmark 0", "+1.00"),
        ]


class TestRatings:
    def test_names_the_strongest_and_who_is_near(self, suite: Suite) -> None:
        snapshot = factories.snapshot()
        for name, value in (("Auk", 1100), ("Bittern", 1050), ("Cuckoo", 900)):
            factories.rating(snapshot, factories.model(name), value)

        picture = drawn(suite, "ratings")

        assert names(picture) == ["Auk", "Bittern", "Cuckoo"]
        assert "Auk is strongest with 1,100 (1,060 to 1,140)" in picture.summary
        assert "1 interval of others reach" in picture.summary


@pytest.mark.parametrize("kind", chart_page.KINDS)
class TestIndex:
    def test_says_what_to_do_when_nothing_is_there(self, client: Client, kind: str) -> None:
        page = client.get(chart_page.address(kind)).content.decode()

        assert "Nothing to draw yet" in page

    def test_draws_and_offers_its_numbers(self, client: Client, suite: Suite, kind: str) -> None:
        self.everything(suite)

        page = client.get(chart_page.address(kind)).content.decode()
        answer = client.get(reverse("chart-data", args=[kind]))

        assert 'id="chart-figure"' in page
        assert " style=" not in page
        lines = list(csv.reader(io.StringIO(answer.content.decode())))
        assert lines[0][:2] == ["contender", "slug"]
        assert len(lines) > 1

    def test_narrows_to_what_the_board_would_show(
        self, client: Client, suite: Suite, kind: str
    ) -> None:
        self.everything(suite)

        page = client.get(chart_page.address(kind), {"q": "nobody", "kind": "adapter"})

        assert 'value="nobody"' in page.content.decode()
        assert "Clear the filters" in page.content.decode() or kind == "cost"

    def everything(self, suite: Suite) -> None:
        snapshot = factories.snapshot()
        base = factories.model("Base", training_cost_usd=Decimal("0.1"))
        people = [base, factories.adapter("Layer", parent=base), factories.baseline("Condor"),
                  factories.model("Wren"), factories.model("Owl")]  # fmt: skip
        for number, contender in enumerate(people):
            scored(contender, suite, 0.4 + number / 10)
            factories.rating(snapshot, contender, 900 + 50 * number)
        factories.vote(factories.battle(people[0], people[1]))
