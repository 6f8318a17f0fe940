"""Headings: a click sorts by one column, a shift-click by one more, a second click turns it."""

import pytest

from leaderboard.boards import board, columns, headings
from leaderboard.boards.headings import Heading
from leaderboard.boards.viewing import View
from tests import factories

pytestmark = pytest.mark.django_db


def of(view: View) -> dict[str, Heading]:
    table = board.read(suite=factories.suite(benchmarks=1))
    return {each.column.key: each for each in headings.of(columns.shown(table, ()), view)}


class TestOf:
    def test_turns_around_on_the_second_click(self) -> None:
        found = of(View())

        assert found["average"].direction == "descending"
        assert found["average"].address == "?sort=average"
        assert found["cost"].address == "?sort=cost"
        assert found["score.benchmark-0"].address == "?sort=-score.benchmark-0"

    def test_adds_a_key_for_those_who_hold_shift(self) -> None:
        found = of(View(sort="-rating,cost"))

        assert found["votes"].also == "?sort=-rating,cost,-votes"
        assert found["cost"].also == "?sort=-rating,-cost"
        assert (found["rating"].order, found["cost"].order, found["votes"].order) == (1, 2, 0)

    def test_keeps_the_rest_of_the_view(self) -> None:
        view = View(search="wren", pinned=("wren",), page=3)

        assert of(view)["cost"].address == "?sort=cost&q=wren&pin=wren"
