"""Bradley-Terry: cases solved by hand, properties, and an independent implementation."""

import math
from typing import Any

import evalica
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from arena import bradley_terry as bt
from arena import ranks
from arena.ballots import Ballots, Counts

NOBODY = Counts(np.zeros((0, 0)), np.zeros((0, 0)))
TENTH = 400 * math.log10(3)  # odds of three to one, in points


def counts(wins: list[list[float]], ties: list[list[float]] | None = None) -> Counts:
    won = np.array(wins, dtype=float)
    return Counts(won, np.zeros_like(won) if ties is None else np.array(ties, dtype=float))


def random_ballots(
    seed: int, *, contenders: int, votes: int, voters: int = 1_000_000, truth: Any = None
) -> Ballots:
    random = np.random.default_rng(seed)
    strengths = random.normal(0, 0.7, contenders) if truth is None else truth
    a = random.integers(0, contenders, votes)
    b = (a + random.integers(1, contenders, votes)) % contenders
    chance = 1 / (1 + np.exp(strengths[b] - strengths[a]))
    score = (random.random(votes) < chance).astype(float)
    score[random.random(votes) < 0.2] = 0.5
    return Ballots.of(random.integers(0, voters, votes), a, b, score)


@st.composite
def tallies(draw: st.DrawFn, size: int = 4) -> Counts:
    cell = st.integers(0, 30)
    wins = np.array(draw(st.lists(cell, min_size=size**2, max_size=size**2)), dtype=float)
    ties = np.array(draw(st.lists(cell, min_size=size**2, max_size=size**2)), dtype=float)
    off = 1 - np.eye(size)
    tied = np.triu(ties.reshape(size, size), 1)
    return Counts(wins.reshape(size, size) * off, tied + tied.T)


class TestFitByHand:
    def test_puts_three_wins_in_four_at_odds_of_three(self) -> None:
        fit = bt.fit(counts([[0, 3], [1, 0]]), prior=1e-12, anchor=1000)

        assert fit.values[0] - fit.values[1] == pytest.approx(TENTH, abs=1e-6)
        assert fit.values.mean() == pytest.approx(1000)

    def test_counts_a_tie_as_half_a_win_each(self) -> None:
        with_ties = bt.fit(counts([[0, 2], [0, 0]], [[0, 2], [2, 0]]), prior=1e-12, anchor=0)

        assert with_ties.values[0] - with_ties.values[1] == pytest.approx(TENTH, abs=1e-6)
        assert list(with_ties.wins) == [3, 1]

    def test_gives_two_contenders_the_textbook_interval(self) -> None:
        fit = bt.fit(counts([[0, 75], [25, 0]]), prior=1e-12, anchor=1000)

        error = bt.SCALE / math.sqrt(100 * 0.75 * 0.25)  # of the difference; each has half of it
        assert fit.upper[0] - fit.values[0] == pytest.approx(bt.Z95 * error / 2, rel=1e-6)

    def test_gives_ties_less_uncertainty_than_wins(self) -> None:
        decided = bt.fit(counts([[0, 50], [50, 0]]), prior=0.3, anchor=1000)
        tied = bt.fit(counts([[0, 0], [0, 0]], [[0, 100], [100, 0]]), prior=0.3, anchor=1000)

        assert tied.upper[0] < decided.upper[0]

    def test_fixes_the_vote_weighted_mean(self) -> None:
        fit = bt.fit(counts([[0, 30, 2], [10, 0, 1], [0, 1, 0]]), prior=0.3, anchor=1000)

        assert fit.games @ fit.values / fit.games.sum() == pytest.approx(1000)

    def test_leaves_one_without_votes_at_the_anchor_with_the_prior_as_interval(self) -> None:
        fit = bt.fit(counts([[0, 3, 0], [1, 0, 0], [0, 0, 0]]), prior=0.3, anchor=1000)

        assert fit.values[2] == pytest.approx(1000)
        assert fit.upper[2] - 1000 >= bt.Z95 * bt.SCALE / math.sqrt(0.3) - 1e-6

    def test_answers_for_nobody_and_for_no_votes(self) -> None:
        assert len(bt.fit(NOBODY, prior=0.3, anchor=1000).values) == 0
        assert list(bt.fit(counts([[0]]), prior=0.3, anchor=1000).values) == [1000]

    def test_says_that_a_whitewash_needs_a_prior(self) -> None:
        with pytest.raises(bt.NoMaximum):
            bt.fit(counts([[0, 3], [0, 0]]), prior=0, anchor=1000)


class TestExtremes:
    POOL = random_ballots(5, contenders=6, votes=3000).tally(6)

    def with_newcomer(self, wins: float, losses: float) -> bt.Fit:
        larger = np.pad(self.POOL.wins, (0, 1))
        larger[6, 0], larger[0, 6] = wins, losses
        return bt.fit(Counts(larger, np.pad(self.POOL.ties, (0, 1))), prior=0.3, anchor=1000)

    @pytest.mark.parametrize(("wins", "losses"), [(0, 10), (3, 0), (1, 0), (0, 1)])
    def test_keep_a_newcomer_finite_and_move_nobody_else(self, wins: float, losses: float) -> None:
        before = bt.fit(self.POOL, prior=0.3, anchor=1000)

        after = self.with_newcomer(wins, losses)

        assert np.isfinite(after.values).all()
        assert after.upper[6] - after.lower[6] > 300
        assert np.abs(after.values[1:6] - before.values[1:6]).max() < 2

    def test_rank_a_loser_below_and_a_winner_above_the_pool(self) -> None:
        assert self.with_newcomer(0, 10).values[6] < self.with_newcomer(3, 0).values[6] - 300

    def test_survive_a_thousand_wins_without_a_loss(self) -> None:
        fit = bt.fit(counts([[0, 1000], [0, 0]]), prior=0.3, anchor=1000)

        assert np.isfinite([fit.values, fit.lower, fit.upper]).all()


class TestProperties:
    @settings(max_examples=60)
    @given(tallies(), st.permutations(range(4)))
    def test_renaming_contenders_changes_no_rating(self, tally: Counts, names: list[int]) -> None:
        fit = bt.fit(tally, prior=0.3, anchor=1000)
        grid = np.ix_(names, names)

        renamed = bt.fit(Counts(tally.wins[grid], tally.ties[grid]), prior=0.3, anchor=1000)

        assert renamed.values == pytest.approx(fit.values[names], abs=1e-6)
        assert renamed.upper == pytest.approx(fit.upper[names], abs=1e-6)

    @settings(max_examples=40)
    @given(st.integers(0, 10**6))
    def test_swapping_the_sides_of_all_votes_changes_nothing(self, seed: int) -> None:
        votes = random_ballots(seed, contenders=5, votes=60, voters=12)
        swapped = Ballots.of(votes.voter, votes.b, votes.a, 1 - votes.score)

        fit, again = (
            bt.fit(each.tally(5), prior=0.3, anchor=1000, ballots=each) for each in (votes, swapped)
        )

        assert again.values == pytest.approx(fit.values, abs=1e-6)
        assert again.lower == pytest.approx(fit.lower, abs=1e-6)

    @settings(max_examples=60)
    @given(tallies())
    def test_a_tie_moves_two_towards_each_other(self, tally: Counts) -> None:
        before = bt.fit(tally, prior=0.3, anchor=1000)
        ties = tally.ties.copy()
        ties[0, 1] += 1
        ties[1, 0] += 1

        after = bt.fit(Counts(tally.wins, ties), prior=0.3, anchor=1000)

        gap, new_gap = (abs(fit.values[0] - fit.values[1]) for fit in (before, after))
        assert new_gap <= gap + 1e-6 or new_gap < 1

    @settings(max_examples=40)
    @given(tallies())
    def test_the_same_votes_twice_narrow_intervals_and_move_nothing(self, tally: Counts) -> None:
        tally = Counts(tally.wins + 1 - np.eye(4), tally.ties)  # so that no prior is needed
        once = bt.fit(tally, prior=0, anchor=1000)

        twice = bt.fit(Counts(2 * tally.wins, 2 * tally.ties), prior=0, anchor=1000)

        assert twice.values == pytest.approx(once.values, abs=1e-6)
        ratio = (once.upper - once.values) / (twice.upper - twice.values)
        assert ratio == pytest.approx(np.full(4, math.sqrt(2)))

    @settings(max_examples=40)
    @given(tallies())
    def test_reversing_every_vote_mirrors_the_ratings(self, tally: Counts) -> None:
        fit = bt.fit(tally, prior=0.3, anchor=0)

        mirrored = bt.fit(Counts(tally.wins.T, tally.ties), prior=0.3, anchor=0)

        assert mirrored.values == pytest.approx(-fit.values, abs=1e-6)


class TestAgreement:
    @pytest.mark.parametrize(("contenders", "votes"), [(5, 300), (40, 20_000)])
    def test_equals_evalica_when_the_prior_vanishes(self, contenders: int, votes: int) -> None:
        ballots = random_ballots(contenders, contenders=contenders, votes=votes)
        winner = {1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}

        peer = evalica.bradley_terry(
            ballots.a.tolist(),
            ballots.b.tolist(),
            [winner[each] for each in ballots.score],
            tolerance=1e-15,
            limit=100_000,
        )
        ours = bt.fit(ballots.tally(contenders), prior=0, anchor=0).values

        theirs = 400 * np.log10(peer.scores.sort_index().to_numpy())
        assert np.abs((ours - ours.mean()) - (theirs - theirs.mean())).max() < 1e-6


class TestRanks:
    FIT = bt.fit(counts([[0, 900, 950], [100, 0, 520], [50, 480, 0]]), prior=0.3, anchor=1000)

    def test_by_overlap_share_a_place_while_intervals_touch(self) -> None:
        assert list(ranks.by_overlap(self.FIT)) == [1, 2, 2]

    def test_by_difference_are_never_behind_those_by_overlap(self) -> None:
        assert (ranks.by_difference(self.FIT) >= ranks.by_overlap(self.FIT)).all()


class TestGroups:
    def test_keep_those_apart_who_never_met(self) -> None:
        islands = counts([[0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 3], [0, 0, 1, 0]])

        labels = bt.fit(islands, prior=0.3, anchor=1000).groups

        assert labels[0] == labels[1] != labels[2] == labels[3]

    def test_call_a_chain_of_wins_one_way_not_strongly_connected(self) -> None:
        assert not bt.is_strongly_connected(counts([[0, 1], [0, 0]]))
        assert bt.is_strongly_connected(counts([[0, 1], [1, 0]]))


class TestCoverage:
    """How often the 95 % interval holds the truth: a small simulation, seeded."""

    TRUTH = np.random.default_rng(1).normal(0, 0.8, 20)

    def test_is_close_to_what_it_says(self) -> None:
        target = endless(self.TRUTH, ties=0.2)

        shares = []
        for seed in range(60):
            ballots = random_ballots(seed, contenders=20, votes=2000, truth=self.TRUTH)
            shares.append(held(bt.fit(ballots.tally(20), prior=0.01, anchor=0), target))

        assert 0.935 <= np.mean(shares) <= 0.965

    def test_survives_voters_with_tastes_of_their_own(self) -> None:
        target = endless(self.TRUTH, taste=1.0)

        plain, clustered = [], []
        for seed in range(40):
            ballots = opinionated_ballots(seed, self.TRUTH)
            tally = ballots.tally(20)
            plain.append(held(bt.fit(tally, prior=0.01, anchor=0), target))
            clustered.append(held(bt.fit(tally, prior=0.01, anchor=0, ballots=ballots), target))

        assert np.mean(plain) < 0.92
        assert 0.93 <= np.mean(clustered) <= 0.975


def held(fit: bt.Fit, target: NDArray[np.float64]) -> float:
    """Return the share of intervals that hold the target."""
    target = target - fit.games @ target / fit.games.sum()
    return float((np.abs(fit.values - target) <= fit.upper - fit.values).mean())


def endless(truth: Any, *, ties: float = 0, taste: float = 0) -> NDArray[np.float64]:
    """Return what a fit of endless votes would say: ties and tastes flatten the average choice."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    gaps = (truth[:, None] - truth)[..., None] + math.sqrt(2) * taste * nodes
    chance = (1 / (1 + np.exp(-gaps))) @ weights / weights.sum()
    wins = 1e6 * ((1 - ties) * chance + ties / 2) * (1 - np.eye(len(truth)))
    return bt.fit(Counts(wins, np.zeros_like(wins)), prior=0, anchor=0).values


def opinionated_ballots(seed: int, truth: NDArray[np.float64]) -> Ballots:
    """Return 6000 votes of 150 people who each like some contenders more than others do."""
    random = np.random.default_rng(seed)
    tastes = truth + random.normal(0, 1, (150, len(truth)))
    voter = random.integers(0, 150, 6000)
    a = random.integers(0, len(truth), 6000)
    b = (a + random.integers(1, len(truth), 6000)) % len(truth)
    chance = 1 / (1 + np.exp(tastes[voter, b] - tastes[voter, a]))
    return Ballots.of(voter, a, b, (random.random(6000) < chance).astype(float))
