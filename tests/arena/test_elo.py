"""Online Elo, on cases solved by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena import elo
from arena.elo import Game

points = st.floats(-4000, 4000)


class TestExpected:
    def test_is_even_between_equals(self) -> None:
        assert elo.expected(1000, 1000, scale=400) == 0.5

    def test_is_ten_to_one_at_one_scale_apart(self) -> None:
        assert elo.expected(1400, 1000, scale=400) == pytest.approx(10 / 11)

    @given(points, points)
    def test_shares_one_win_between_the_two(self, a: float, b: float) -> None:
        both = elo.expected(a, b, scale=400) + elo.expected(b, a, scale=400)

        assert both == pytest.approx(1)


class TestUpdate:
    def test_gives_the_winner_of_equals_half_of_k(self) -> None:
        assert elo.update(1000, 1000, 1.0, k=16, scale=400) == (1008, 992)

    def test_changes_nothing_at_a_tie_of_equals(self) -> None:
        assert elo.update(1200, 1200, 0.5, k=16, scale=400) == (1200, 1200)

    @given(points, points, st.sampled_from([0.0, 0.5, 1.0]))
    def test_keeps_the_sum(self, a: float, b: float, score: float) -> None:
        after = elo.update(a, b, score, k=16, scale=400)

        assert sum(after) == pytest.approx(a + b, abs=1e-6)

    @given(points, points, st.sampled_from([0.0, 0.5, 1.0]))
    def test_does_not_care_who_stands_on_which_side(self, a: float, b: float, score: float) -> None:
        straight = elo.update(a, b, score, k=16, scale=400)
        swapped = elo.update(b, a, 1 - score, k=16, scale=400)

        assert swapped[::-1] == pytest.approx(straight, abs=1e-9)


class TestReplay:
    def test_goes_through_the_games_in_their_order(self) -> None:
        games = [Game(7, 8, 1.0), Game(8, 7, 1.0)]

        ratings = elo.replay(games, k=16, scale=400, start=1000)

        assert ratings[7] == pytest.approx(1008 - 16 * elo.expected(1008, 992, scale=400))

    def test_goes_on_from_known_ratings_as_if_it_had_seen_all(self) -> None:
        games = [Game(1, 2, 1.0), Game(2, 3, 0.5), Game(3, 1, 0.0)]

        first = elo.replay(games[:2], k=16, scale=400, start=1000)
        both = elo.replay(games[2:], k=16, scale=400, start=1000, known=first)

        assert both == elo.replay(games, k=16, scale=400, start=1000)
