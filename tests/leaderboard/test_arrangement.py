"""Sorted, searched and folded: missing last, stacks together, all of it in the address."""

import pytest

from evals.models import Contender, Suite
from leaderboard.boards import arrangement, board
from leaderboard.boards.filters import Filters
from leaderboard.boards.viewing import View
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite() -> Suite:
    """Return a suite of one benchmark."""
    return factories.suite(benchmarks=1)


def scored(contender: Contender, suite: Suite, value: float) -> Contender:
    """Give a contender one score."""
    factories.score(factories.run(contender, suite), suite.benchmarks.get(), value)
    return contender


def names(suite: Suite, view: View) -> list[str]:
    """Return the names down the table."""
    return [line.row.name for line in arrangement.arrange(board.read(suite=suite), view)]


class TestArrange:
    def test_puts_the_best_first(self, suite: Suite) -> None:
        scored(factories.model("Wren"), suite, 0.4)
        scored(factories.model("Heron"), suite, 0.8)

        assert names(suite, View()) == ["Heron", "Wren"]
        assert names(suite, View(sort="average")) == ["Wren", "Heron"]

    @pytest.mark.parametrize(
        "sort", ["-average", "average", "-score.benchmark-0", "rating", "cost"]
    )
    def test_puts_the_missing_last_either_way(self, suite: Suite, sort: str) -> None:
        factories.model("Absent")
        heron = scored(factories.model("Heron"), suite, 0.8)
        factories.rating(factories.snapshot(), heron)

        assert names(suite, View(sort=sort, is_flat=True)) == ["Heron", "Absent"]

    def test_keeps_a_stack_under_its_base(self, suite: Suite) -> None:
        wren = scored(factories.model("Wren"), suite, 0.4)
        heron = scored(factories.model("Heron"), suite, 0.5)
        layer = scored(factories.adapter("Wren A", parent=wren), suite, 0.6)
        scored(factories.adapter("Wren AB", parent=layer), suite, 0.9)
        scored(factories.adapter("Heron A", parent=heron), suite, 0.3)

        assert names(suite, View()) == ["Wren", "Wren A", "Wren AB", "Heron", "Heron A"]
        assert names(suite, View(is_flat=True))[:2] == ["Wren AB", "Wren A"]

    def test_folds_what_is_asked(self, suite: Suite) -> None:
        wren = scored(factories.model("Wren"), suite, 0.4)
        factories.adapter("Wren AB", parent=factories.adapter("Wren A", parent=wren))

        folded = View(folded=frozenset({wren.slug}))
        (line,) = arrangement.arrange(board.read(suite=suite), folded)

        assert (line.is_folded, line.layers) == (True, 2)

    def test_draws_the_tree(self, suite: Suite) -> None:
        wren = factories.model("Wren")
        factories.adapter("Wren AB", parent=factories.adapter("Wren A", parent=wren))
        factories.adapter("Wren B", parent=wren)

        lines = arrangement.arrange(board.read(suite=suite), View(sort="name"))

        assert [line.branches for line in lines] == [(), ("tee",), ("through", "elbow"), ("elbow",)]

    def test_numbers_competitors_and_not_baselines(self, suite: Suite) -> None:
        scored(factories.baseline(), suite, 0.95)
        scored(factories.model("Heron"), suite, 0.8)
        factories.model("Absent")

        lines = arrangement.arrange(board.read(suite=suite), View())

        assert [line.place for line in lines] == [None, 1, None]

    def test_finds_by_every_word_and_keeps_what_is_below(self, suite: Suite) -> None:
        wren = factories.model("Wren", licence="mit")
        factories.adapter("Sums layer", parent=wren)
        factories.model("Heron")

        assert names(suite, View(search="SUMS wren")) == ["Wren", "Sums layer"]
        assert names(suite, View(search="mit")) == ["Wren"]
        assert names(suite, View(search="nobody")) == []

    def test_breaks_ties_by_name(self, suite: Suite) -> None:
        for name in ("Cuckoo", "Auk", "Bittern"):
            scored(factories.model(name), suite, 0.5)

        assert names(suite, View()) == ["Auk", "Bittern", "Cuckoo"]

    def test_ignores_a_column_that_does_not_exist(self, suite: Suite) -> None:
        scored(factories.model("Heron"), suite, 0.8)

        assert names(suite, View(sort="-nonsense")) == ["Heron"]

    def test_sorts_by_several_keys(self, suite: Suite) -> None:
        for name, parameters in (("Auk", 2_000_000), ("Bittern", 1_000_000), ("Cuckoo", 3_000_000)):
            scored(factories.model(name, parameters=parameters), suite, 0.5)
        scored(factories.model("Heron", parameters=9_000_000), suite, 0.8)

        assert names(suite, View(sort="-average,parameters")) == [
            "Heron",
            "Bittern",
            "Auk",
            "Cuckoo",
        ]

    def test_keeps_only_what_the_filters_allow(self, suite: Suite) -> None:
        small = scored(factories.model("Small"), suite, 0.5)
        large = factories.model("Large")
        factories.run(large, suite, peak_memory_bytes=9_000_000_000)
        scored(factories.adapter("Layer", parent=small), suite, 0.9)

        assert names(suite, View(filters=Filters(fits="8"))) == ["Small", "Layer"]
        assert names(suite, View(filters=Filters(measured="1"), sort="name")) == ["Small", "Layer"]
        assert names(suite, View(filters=Filters(kind="adapter"), is_flat=True)) == ["Layer"]
        assert names(suite, View(filters=Filters(beats="base"), is_flat=True)) == ["Layer"]

    def test_says_who_is_only_there_for_a_layer(self, suite: Suite) -> None:
        factories.adapter("Layer", parent=factories.model("Small"))

        lines = arrangement.arrange(board.read(suite=suite), View(filters=Filters(kind="adapter")))

        assert [(line.row.name, line.is_context) for line in lines] == [
            ("Small", True),
            ("Layer", False),
        ]

    def test_shares_a_place_where_a_test_does_not_separate(self, suite: Suite) -> None:
        for name, value in (("Auk", 0.80), ("Bittern", 0.78), ("Cuckoo", 0.5)):
            scored(factories.model(name), suite, value)

        lines = arrangement.arrange(board.read(suite=suite), View())

        assert [(line.place, line.is_shared) for line in lines] == [
            (1, True),
            (1, True),
            (3, False),
        ]

    def test_counts_places_from_the_best_however_it_is_sorted(self, suite: Suite) -> None:
        scored(factories.model("Wren"), suite, 0.4)
        scored(factories.model("Heron"), suite, 0.8)

        lines = arrangement.arrange(board.read(suite=suite), View(sort="average"))

        assert [(line.row.name, line.place) for line in lines] == [("Wren", 2), ("Heron", 1)]

    def test_takes_the_places_that_ratings_were_published_with(self, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.4)
        factories.rating(factories.snapshot(), heron, rank_lower=4)

        (line,) = arrangement.arrange(board.read(suite=suite), View(sort="-rating"))

        assert line.place == 4


class TestPrepare:
    def test_changes_nothing_that_is_shown(self, suite: Suite) -> None:
        wren = scored(factories.model("Wren"), suite, 0.4)
        scored(factories.adapter("Wren A", parent=wren), suite, 0.6)
        scored(factories.model("Heron"), suite, 0.8)
        prepared = board.read(suite=suite)

        arrangement.prepare(prepared)

        shown = list(arrangement.arrange(prepared, View()))
        assert shown == list(arrangement.arrange(board.read(suite=suite), View()))
