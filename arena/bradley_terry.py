"""Bradley-Terry strengths with honest intervals, from counts of who was preferred to whom.

Pure arithmetic on arrays; contenders are numbers 0 to n-1. Newton's method on the penalised
log-likelihood (Bradley and Terry, 1952); a tie is half a win each. The covariance is a sandwich
(White, 1982), which stays right with ties and, given who voted, with people's tastes (Liang and
Zeger, 1986). A weak normal prior around the vote-weighted mean keeps those finite who won or
lost everything, and moves nobody else.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse, special
from scipy.sparse import csgraph

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

SCALE = 400 / math.log(10)  # points per natural-log unit, so 400 points are odds of ten to one
Z95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations
STEP_DONE = 1e-9  # Newton doubles the digits each step: the next one would be below 1e-17
SHORT_STEP = 1.0  # within it a logistic curve bends too little for Newton to overshoot
MAX_STEPS = 100


class NoMaximum(ArithmeticError):
    """The likelihood has no maximum: someone won or lost everything, and there is no prior."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Votes per pair: wins[i, j] preferred i to j; ties[i, j] = ties[j, i] preferred neither."""

    wins: Floats
    ties: Floats

    @cached_property
    def scores(self) -> Floats:
        """Return the wins of i over j with a tie as half a win."""
        return self.wins + self.ties / 2

    @cached_property
    def games(self) -> Floats:
        """Return how often two met."""
        return self.scores + self.scores.T


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The same votes with who cast them; one position in all arrays is one vote."""

    voter: Whole  # numbers from 0
    a: Whole
    b: Whole
    score: Floats  # 1: a was preferred; 0: b; 0.5: neither

    def tally(self, contenders: int) -> Counts:
        """Count the votes per ordered pair."""

        def counted(first: Whole, second: Whole) -> Floats:
            cells = np.bincount(first * contenders + second, minlength=contenders**2)
            return cells.reshape(contenders, contenders).astype(np.float64)

        won, lost, tied = (self.score == value for value in (1, 0, 0.5))
        ties = counted(self.a[tied], self.b[tied])
        wins = counted(self.a[won], self.b[won]) + counted(self.b[lost], self.a[lost])
        return Counts(wins, ties + ties.T)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Strengths on the 400-point scale, one position a contender."""

    values: Floats
    lower: Floats  # 95 % interval
    upper: Floats
    covariance: Floats  # in points squared
    games: Floats
    wins: Floats  # a tie is half a win
    groups: Whole  # contenders with different numbers were never compared, even indirectly


def fit(counts: Counts, *, prior: float, anchor: float, ballots: Ballots | None = None) -> Fit:
    """Return the strengths whose vote-weighted mean is `anchor`, with 95 % intervals.

    `prior` is the precision of the weak prior per natural-log unit squared. With `ballots` the
    intervals also cover that each voter has tastes; they are never narrower than without.
    """
    games = counts.games.sum(axis=1)
    share = games / games.sum() if games.sum() else np.full(len(games), 1 / max(1, len(games)))
    strengths = _maximum(counts, share, prior)
    bread = _inverse(_information(counts, strengths, share, prior))
    prior_meat = prior * _centring(share)
    covariance = bread @ (_independent_meat(counts, strengths) + prior_meat) @ bread
    if ballots is not None:
        clustered = bread @ (_clustered_meat(ballots, strengths) + prior_meat) @ bread
        covariance = _widened(covariance, np.diag(clustered))
    margin = Z95 * SCALE * np.sqrt(np.diag(covariance))
    values = anchor + SCALE * strengths
    return Fit(
        values=values,
        lower=values - margin,
        upper=values + margin,
        covariance=covariance * SCALE**2,
        games=games,
        wins=counts.scores.sum(axis=1),
        groups=groups(counts),
    )


def win_probability(rating_a: float, rating_b: float) -> float:
    """Return the chance that A is preferred to B."""
    return float(special.expit((rating_a - rating_b) / SCALE))


def groups(counts: Counts) -> Whole:
    """Return a group number for each contender; strengths compare within one group only."""
    _, labels = csgraph.connected_components(counts.games > 0, directed=False)
    return np.asarray(labels, dtype=np.int64)


def is_strongly_connected(counts: Counts) -> bool:
    """Say whether a chain of wins or ties leads from everyone to everyone (Ford, 1957)."""
    found, _ = csgraph.connected_components(counts.scores > 0, connection="strong")
    return bool(found == 1)


def ranks_by_overlap(fitted: Fit) -> Whole:
    """Return 1 + how many intervals lie wholly above each one's: all ranks hold at once."""
    ascending = np.sort(fitted.lower)
    above = len(ascending) - np.searchsorted(ascending, fitted.upper, side="right")
    return np.asarray(1 + above, dtype=np.int64)


def ranks_by_difference(fitted: Fit) -> Whole:
    """Return 1 + how many are stronger by a test of the difference: narrower, one at a time."""
    variance = np.diag(fitted.covariance)
    error = np.sqrt(np.maximum(variance[:, None] + variance - 2 * fitted.covariance, 0))
    stronger = fitted.values - fitted.values[:, None] > Z95 * error
    return np.asarray(1 + stronger.sum(axis=1), dtype=np.int64)


def _maximum(counts: Counts, share: Floats, prior: float) -> Floats:
    """Climb to the maximum of the penalised log-likelihood; the vote-weighted mean stays 0."""
    if prior <= 0 and not is_strongly_connected(counts):
        raise NoMaximum("Someone won or lost everything; a prior is needed.")
    strengths = np.zeros(len(share))
    for _ in range(MAX_STEPS):
        slope = _slope(counts, strengths, share, prior)
        step = linalg.solve(_information(counts, strengths, share, prior), slope, assume_a="pos")
        strengths = _climb(strengths, step, lambda at: _height(counts, at, share, prior))
        if np.abs(step).max(initial=0) < STEP_DONE:
            return strengths - share @ strengths
    raise NoMaximum(f"Newton's method did not settle in {MAX_STEPS} steps.")


def _climb(start: Floats, step: Floats, height: Callable[[Floats], float]) -> Floats:
    """Take the step; a long one is shortened until it does not lead down."""
    if np.abs(step).max(initial=0) <= SHORT_STEP:
        return start + step
    least = height(start)
    least -= 1e-9 * (1 + abs(least))  # rounding
    while height(start + step) < least:
        step = step / 2
    return start + step


def _height(counts: Counts, strengths: Floats, share: Floats, prior: float) -> float:
    gaps = strengths[:, None] - strengths
    centred = strengths - share @ strengths
    log_likelihood = (counts.scores * special.log_expit(gaps)).sum()
    return float(log_likelihood - prior / 2 * (centred @ centred))


def _slope(counts: Counts, strengths: Floats, share: Floats, prior: float) -> Floats:
    surprise = counts.scores - counts.games * _chances(strengths)
    centred = strengths - share @ strengths
    pull: Floats = surprise.sum(axis=1) - prior * (centred - share * centred.sum())
    return pull


def _information(counts: Counts, strengths: Floats, share: Floats, prior: float) -> Floats:
    """Return minus the second derivative, and a term that holds the vote-weighted mean at 0.

    Adding the same to everybody changes nothing in the likelihood or the prior, so the term
    decides that one direction and no other.
    """
    chances = _chances(strengths)
    curvature = _laplacian(counts.games * chances * chances.T)
    hold = curvature.trace() + prior + 1
    information: Floats = curvature + prior * _centring(share) + hold * np.outer(share, share)
    return information


def _centring(share: Floats) -> Floats:
    """Return P'P, where P subtracts the vote-weighted mean."""
    size = len(share)
    squared: Floats = np.eye(size) - share - share[:, None] + size * np.outer(share, share)
    return squared


def _independent_meat(counts: Counts, strengths: Floats) -> Floats:
    """Return the summed squares of every vote's pull, each vote on its own."""
    upsets = _chances(strengths).T  # upsets[i, j]: how unexpected a win of i over j was
    won = counts.wins * upsets**2
    return _laplacian(won + won.T + counts.ties * (0.5 - upsets) ** 2)


def _clustered_meat(ballots: Ballots, strengths: Floats) -> Floats:
    """Return the summed squares of every voter's pull: what one person says hangs together."""
    surprise = ballots.score - special.expit(strengths[ballots.a] - strengths[ballots.b])
    rows = np.concatenate([ballots.voter, ballots.voter])
    columns = np.concatenate([ballots.a, ballots.b])
    pulls = sparse.csr_array(
        (np.concatenate([surprise, -surprise]), (rows, columns)),
        shape=(int(ballots.voter.max(initial=-1)) + 1, len(strengths)),
    )
    meat: Floats = (pulls.T @ pulls).toarray()
    return meat


def _widened(covariance: Floats, variances: Floats) -> Floats:
    """Scale each contender up to the larger of its two variances.

    One voter's pulls add up to nothing at the maximum, so a contender judged by few people would
    seem certain by the clustered variance alone.
    """
    own = np.diag(covariance)
    factor = np.sqrt(np.maximum(1.0, variances / np.maximum(own, np.finfo(float).tiny)))
    widened: Floats = covariance * np.outer(factor, factor)
    return widened


def _chances(strengths: Floats) -> Floats:
    chances: Floats = special.expit(strengths[:, None] - strengths)
    return chances


def _laplacian(weights: Floats) -> Floats:
    """Return the matrix whose quadratic form sums weight times squared difference over pairs."""
    matrix: Floats = np.diag(weights.sum(axis=1)) - weights
    return matrix


def _inverse(matrix: Floats) -> Floats:
    inverse: Floats = linalg.cho_solve(linalg.cho_factor(matrix), np.eye(len(matrix)))
    return inverse
