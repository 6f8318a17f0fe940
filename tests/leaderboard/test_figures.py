"""Numbers are written one way: with their sign, their unit, and a dash for nothing."""

import math

import pytest

from leaderboard.templatetags import figures


class TestPoints:
    @pytest.mark.parametrize(
        ("value", "written"),
        [(62.44, "62.4"), (-3.14, "\u22123.1"), (1234.5, "1,234.5"), (0, "0.0"), (-0.01, "0.0")],
    )
    def test_keeps_a_fixed_count_of_decimals(self, value: float, written: str) -> None:
        assert figures.points(value) == written

    @pytest.mark.parametrize("value", [None, "", math.nan, math.inf])
    def test_writes_a_dash_for_what_is_missing(self, value: float | None) -> None:
        assert figures.points(value) == figures.MISSING
        assert figures.dollars(value) == figures.MISSING
        assert figures.size(value) == figures.MISSING  # type: ignore[arg-type]
        assert figures.bytes_(value) == figures.MISSING  # type: ignore[arg-type]
        assert figures.duration(value) == figures.MISSING
        assert figures.signed(value) == figures.MISSING
        assert figures.change_in_unit(value, True) == figures.MISSING


class TestSigned:
    def test_always_shows_a_sign(self) -> None:
        assert [figures.signed(each) for each in (4.2, -3.1, 0)] == ["+4.2", "\u22123.1", "+0.0"]

    def test_is_scaled_where_the_benchmark_is_in_per_cent(self) -> None:
        assert figures.change_in_unit(0.042, True) == "+4.2"
        assert figures.change_in_unit(-0.042, False) == "\u22120.042"


class TestInUnit:
    def test_shows_shares_as_per_cent_and_the_rest_as_they_are(self) -> None:
        assert figures.in_unit(0.624, True) == "62.4"
        assert figures.in_unit(1.9234, False) == "1.923"


class TestSize:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (999, "999"),
            (60_000, "60\u202fk"),
            (1_500_000, "1.5\u202fM"),
            (999_950, "1\u202fM"),
            (135_000_000, "135\u202fM"),
            (7_000_000_000, "7\u202fB"),
        ],
    )
    def test_counts_parameters_the_way_people_do(self, value: int, written: str) -> None:
        assert figures.size(value) == written


class TestBytes:
    def test_uses_decimal_units(self) -> None:
        assert figures.bytes_(3_000_000_000) == "3\u202fGB"
        assert figures.bytes_(12) == "12\u202fB"


class TestDollars:
    @pytest.mark.parametrize(
        ("value", "written"),
        [(0, "$0.00"), (0.0041, "$0.0041"), (0.12, "$0.12"), (2.5, "$2.50"), (12345, "$12,345")],
    )
    def test_keeps_two_digits_that_matter(self, value: float, written: str) -> None:
        assert figures.dollars(value) == written


class TestDuration:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (4.4, "4\u202fs"),
            (94, "1\u202fmin 34\u202fs"),
            (3_700, "1\u202fh 1\u202fmin"),
            (90_000, "1\u202fd 1\u202fh"),
        ],
    )
    def test_speaks_in_two_units_at_most(self, value: float, written: str) -> None:
        assert figures.duration(value) == written


class TestPlural:
    def test_agrees_with_its_count(self) -> None:
        assert [figures.plural(count, "layer") for count in (1, 3)] == ["1 layer", "3 layers"]


class TestArrow:
    def test_points_where_the_number_went(self) -> None:
        assert [figures.arrow(each) for each in (1, -1, 0)] == ["▲", "▼", "◆"]
