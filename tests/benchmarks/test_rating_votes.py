"""The votes of the benchmarks have the truth that they are said to have."""

import numpy as np
import pytest

from arena import bradley_terry as bt
from benchmarks import rating_votes


class TestVotes:
    def test_are_the_model_with_ties_as_half_a_win(self) -> None:
        truth = rating_votes.votes(200_000, 8, seed=1)

        fit = bt.fit(truth.ballots.tally(8), prior=0, anchor=0)

        apart = fit.values - bt.SCALE * truth.strengths
        assert np.ptp(apart) < 20
        assert (truth.ballots.score == 0.5).mean() == pytest.approx(0.18, abs=0.02)

    def test_never_set_one_against_itself(self) -> None:
        ballots = rating_votes.votes(5_000, 3, seed=2).ballots

        assert (ballots.a != ballots.b).all()


class TestCounts:
    def test_have_about_so_many_games(self) -> None:
        counts = rating_votes.counts(50_000, 20, seed=3)

        assert counts.games.sum() / 2 == pytest.approx(50_000, rel=0.15)
        assert (counts.ties == counts.ties.T).all()
        assert not np.diag(counts.games).any()
