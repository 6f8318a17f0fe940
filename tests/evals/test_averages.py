"""Averages over chance level, on cases worked out by hand."""

import math
from dataclasses import dataclass

import pytest

from evals import averages
from evals.averages import Average


@dataclass
class Scored:
    value: float
    stderr: float | None = 0.0


@dataclass
class Ranged:
    chance_level: float = 0.0
    best_level: float = 1.0


class TestNormalise:
    @pytest.mark.parametrize(
        ("value", "chance", "best", "expected"),
        [
            (0.25, 0.25, 1.0, 0.0),
            (1.0, 0.25, 1.0, 1.0),
            (0.625, 0.25, 1.0, 0.5),
            (0.1, 0.25, 1.0, -0.2),
            (2.5, 2.5, 0.0, 0.0),
            (1.0, 2.5, 0.0, 0.6),
        ],
    )
    def test_counts_from_chance_to_best(
        self, value: float, chance: float, best: float, expected: float
    ) -> None:
        assert averages.normalise(value, chance, best) == pytest.approx(expected)


class TestAverage:
    def test_is_the_mean_of_what_was_measured_with_its_error(self) -> None:
        scores = [
            (Scored(0.625, 0.03), Ranged(0.25)),  # halfway, error 0.04
            (Scored(1.0, 0.03), Ranged()),  # all the way, error 0.03
            (None, Ranged()),
        ]

        found = averages.average(scores)

        assert found == Average(value=75.0, stderr=2.5, measured=2, of=3)

    def test_where_lower_is_better_has_a_positive_error(self) -> None:
        found = averages.average([(Scored(1.0, 0.25), Ranged(2.5, 0.0))])

        assert found is not None
        assert (found.value, found.stderr) == (60.0, 10.0)

    def test_has_no_error_where_one_score_has_none(self) -> None:
        found = averages.average([(Scored(1.0, None), Ranged()), (Scored(1.0, 0.1), Ranged())])

        assert found is not None
        assert found.stderr is None

    def test_is_nothing_where_nothing_was_measured(self) -> None:
        assert averages.average([(None, Ranged())]) is None

    def test_error_shrinks_with_the_root_of_the_number(self) -> None:
        one = averages.average([(Scored(0.5, 0.1), Ranged())])
        four = averages.average([(Scored(0.5, 0.1), Ranged())] * 4)

        assert one is not None
        assert four is not None
        assert math.isclose(one.stderr or 0, 2 * (four.stderr or 0))
