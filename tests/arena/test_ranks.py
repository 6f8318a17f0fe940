"""Chances of being best are honest, and the same for the same votes."""

import numpy as np
import pytest

from arena import bradley_terry as bt
from arena import ranks
from arena.ballots import Counts


def fit(wins: list[list[float]]) -> bt.Fit:
    won = np.array(wins, dtype=float)
    return bt.fit(Counts(won, np.zeros_like(won)), prior=0.3, anchor=1000)


class TestChancesOfBeingBest:
    def test_are_even_between_equals(self) -> None:
        assert ranks.chances_of_being_best(fit([[0, 9], [9, 0]])) == pytest.approx(
            [0.5, 0.5], abs=0.03
        )

    def test_follow_the_odds(self) -> None:
        first, second = ranks.chances_of_being_best(fit([[0, 60], [40, 0]]))

        assert first == pytest.approx(0.977, abs=0.015)
        assert first + second == pytest.approx(1)

    def test_are_the_same_again(self) -> None:
        one, other = (ranks.chances_of_being_best(fit([[0, 6], [4, 0]])) for _ in range(2))

        assert (one == other).all()

    def test_are_for_each_group_on_its_own(self) -> None:
        apart = np.zeros((4, 4))
        apart[0, 1], apart[2, 3] = 50, 50

        chances = ranks.chances_of_being_best(fit(apart.tolist()))

        assert chances[0] + chances[1] == pytest.approx(1)
        assert chances[2] + chances[3] == pytest.approx(1)
