"""A gain is a difference with its error, and says whether chance explains it."""

import math

import pytest

from leaderboard.boards.rows import Cell, Gain, difference


class TestDifference:
    def test_adds_the_errors_in_squares(self) -> None:
        gain = difference(0.70, 0.03, Cell(0.60, 0.04))

        assert gain is not None
        assert gain.difference == pytest.approx(0.10)
        assert gain.stderr == pytest.approx(0.05)

    def test_is_none_where_a_value_is_missing(self) -> None:
        assert difference(None, 0.03, Cell(0.6, 0.04)) is None
        assert difference(0.7, 0.03, Cell()) is None
        assert difference(0.7, 0.03, None) is None

    def test_knows_when_less_is_better(self) -> None:
        gain = difference(1.7, 0.01, Cell(1.9, 0.01), is_higher_better=False)

        assert gain is not None
        assert (gain.is_better, gain.verdict) == (True, "better")

    def test_has_no_error_where_one_side_has_none(self) -> None:
        gain = difference(0.7, None, Cell(0.6, 0.04))

        assert gain is not None
        assert (gain.stderr, gain.verdict) == (None, "noise")


class TestGain:
    @pytest.mark.parametrize(
        ("change", "verdict"), [(0.2, "better"), (-0.2, "worse"), (0.05, "noise"), (0.0, "noise")]
    )
    def test_calls_it_noise_within_1_96_errors(self, change: float, verdict: str) -> None:
        gain = Gain(change, stderr=0.05, is_better=change > 0)

        assert gain.verdict == verdict

    def test_calls_no_change_noise_even_without_error(self) -> None:
        assert Gain(0.0, stderr=0.0, is_better=False).verdict == "noise"
        assert Gain(math.pi, stderr=0.0, is_better=True).verdict == "better"
