"""Sorted, searched and folded: missing last, stacks together, all of it in the address."""

import pytest
from django.http import QueryDict

from evals.models import Contender, Suite
from leaderboard import arrangement, board
from leaderboard.arrangement import View
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

        assert (line.is_folded, line.layers, line.fold_address) == (True, 2, "?")

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


class TestView:
    def test_survives_its_own_address(self) -> None:
        view = View("zoo", "-rating", "two words", True, frozenset({"wren", "heron"}))

        assert arrangement.asked(QueryDict(view.address()[1:])) == view

    def test_leaves_defaults_out_of_the_address(self) -> None:
        assert View().address() == "?"


class TestColumns:
    def test_turn_around_on_the_second_click(self, suite: Suite) -> None:
        table = board.read(suite=suite)

        columns = {each.key: each for each in arrangement.columns(table, View())}

        assert columns["average"].direction == "descending"
        assert columns["average"].address == "?sort=average"
        assert columns["cost"].address == "?sort=cost"
        assert columns["score.benchmark-0"].address == "?sort=-score.benchmark-0"
