"""Bradley-Terry strengths with honest intervals, from counts of who was preferred to whom.

Pure arithmetic on arrays; contenders are numbers 0 to n-1. Newton's method on the penalised
log-likelihood (Bradley and Terry, 1952); a tie is half a win each. The covariance is a sandwich
(White, 1982), which stays right with ties and, given who voted, with people's tastes (Liang and
Zeger, 1986). A weak normal prior around the vote-weighted mean keeps those finite who won or
lost everything, and moves nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from arena.ballots import Ballots, Counts, Whole
from arena.matrices import Floats, centring, cholesky, inverse, laplacian, penalties, solved
from evals import lazily

if TYPE_CHECKING:
    from scipy import sparse, special
    from scipy.sparse import csgraph
else:
    sparse = lazily.Module("scipy.sparse")
    special = lazily.Module("scipy.special")
    csgraph = lazily.Module("scipy.sparse.csgraph")

SCALE = 400 / math.log(10)  # points per natural-log unit, so 400 points are odds of ten to one
Z95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations
STEP_DONE = 1e-6  # Newton doubles the digits each step: what is left is below 1e-11
SHORT_STEP = 1.0  # within it a logistic curve bends too little for Newton to overshoot
MAX_STEPS = 100
FIRST_GUESS_MAX = 2.5  # a guess from shares of wins, kept where the curve still bends
FARTHEST = 200.0  # odds beyond e^200 are as good as certain, and their exponential is finite


class NoMaximum(ArithmeticError):
    """The likelihood has no maximum: someone won or lost everything, and there is no prior."""


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


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the penalised log-likelihood is highest, in natural-log units; mean 0."""

    strengths: Floats
    factor: Floats  # Cholesky's, of minus the second derivative

    @cached_property
    def bread(self) -> Floats:
        """Return the inverse of minus the second derivative."""
        return inverse(self.factor)


def fit(
    counts: Counts,
    *,
    prior: float,
    anchor: float,
    ballots: Ballots | None = None,
    widening: Floats | None = None,
    fixed: int | None = None,
) -> Fit:
    """Return the strengths whose vote-weighted mean, or `fixed` one, is `anchor`; 95 % intervals.

    `prior` is the precision of the weak prior per natural-log unit squared. With `ballots` the
    intervals also cover that each voter has tastes; `widening` does the same by factors that
    `widening_of` found before. They are never narrower than without.
    """
    share = shares(counts)
    top = maximum(counts, share, prior)
    meat = independent_meat(counts, top.strengths) + prior * centring(share)
    covariance = top.bread @ meat @ top.bread
    if ballots is not None:
        widening = _factors(top, covariance, ballots, prior * centring(share))
    if fixed is not None:  # everybody moves along, and the intervals stay as wide
        anchor -= SCALE * float(top.strengths[fixed])
    return fitted(counts, top.strengths, widened(covariance, widening), anchor=anchor)


def widening_of(counts: Counts, ballots: Ballots, *, prior: float) -> Floats:
    """Return by how much each one's interval grows when a voter's votes hang together, >= 1."""
    share = shares(counts)
    top = maximum(counts, share, prior)
    prior_meat = prior * centring(share)
    covariance = top.bread @ (independent_meat(counts, top.strengths) + prior_meat) @ top.bread
    return _factors(top, covariance, ballots, prior_meat)


def fitted(counts: Counts, strengths: Floats, covariance: Floats, *, anchor: float) -> Fit:
    """Return strengths and their covariance in points, with intervals."""
    margin = Z95 * SCALE * np.sqrt(np.diag(covariance))
    values = anchor + SCALE * strengths
    return Fit(
        values=values,
        lower=values - margin,
        upper=values + margin,
        covariance=covariance * SCALE**2,
        games=counts.games.sum(axis=1),
        wins=counts.scores.sum(axis=1),
        groups=groups(counts),
    )


def shares(counts: Counts) -> Floats:
    """Return each one's share of all games: the weights of the mean that stays at the anchor."""
    games = counts.games.sum(axis=1)
    total = games.sum()
    return games / total if total else np.full(len(games), 1 / max(1, len(games)))


def groups(counts: Counts) -> Whole:
    """Return a group number for each contender; strengths compare within one group only."""
    met = counts.games > 0
    if _reaches_all(met):
        return np.zeros(len(met), dtype=np.int64)
    _, labels = csgraph.connected_components(met, directed=False)
    return np.asarray(labels, dtype=np.int64)


def is_strongly_connected(counts: Counts) -> bool:
    """Say whether a chain of wins or ties leads from everyone to everyone (Ford, 1957)."""
    beaten = counts.scores > 0
    return _reaches_all(beaten) and _reaches_all(beaten.T)


def maximum(counts: Counts, share: Floats, prior: float) -> Maximum:
    """Climb to the maximum of the penalised log-likelihood; the vote-weighted mean stays 0."""
    if prior <= 0 and not is_strongly_connected(counts):
        raise NoMaximum("Someone won or lost everything; a prior is needed.")
    penalty = penalties(share, prior, hold=counts.games.sum() / 4 + prior + 1)
    strengths, won = _first_guess(counts, share), counts.scores.sum(axis=1)
    for _ in range(MAX_STEPS):
        chances = _chances(strengths)
        expected = counts.games * chances
        slope = won - expected.sum(axis=1) - penalty @ strengths
        curvature = laplacian(expected - expected * chances)
        curvature += penalty
        factor = cholesky(curvature)
        step = solved(factor, slope)
        strengths = _climb(strengths, step, lambda at: _height(counts, at, penalty))
        if np.abs(step).max(initial=0) < STEP_DONE:
            return Maximum(strengths - share @ strengths, factor)
    raise NoMaximum(f"Newton's method did not settle in {MAX_STEPS} steps.")


def independent_meat(counts: Counts, strengths: Floats) -> Floats:
    """Return the summed squares of every vote's pull, each vote on its own."""
    upsets = 1 - _chances(strengths)  # upsets[i, j]: how unexpected a win of i over j was
    won = counts.wins * upsets * upsets
    return laplacian(won + won.T + counts.ties * (0.5 - upsets) ** 2)


def widened(covariance: Floats, factors: Floats | None) -> Floats:
    """Return the covariance with each contender's error multiplied by its factor."""
    return covariance if factors is None else covariance * np.outer(factors, factors)


def clustered_meat(voters: Whole, columns: sparse.coo_array, size: int) -> Floats:
    """Return the summed squares of every voter's pull; `columns` has one row a vote."""
    pulls = sparse.csr_array(
        (columns.data, (voters[columns.row], columns.col)), shape=(voters.max(initial=-1) + 1, size)
    )
    meat: Floats = (pulls.T @ pulls).toarray()
    return meat


def _first_guess(counts: Counts, share: Floats) -> Floats:
    won, games = counts.scores.sum(axis=1), counts.games.sum(axis=1)
    guess = np.log((won + 0.5) / (games - won + 0.5)).clip(-FIRST_GUESS_MAX, FIRST_GUESS_MAX)
    centred: Floats = guess - share @ guess
    return centred


def _climb(start: Floats, step: Floats, height: Callable[[Floats], float]) -> Floats:
    """Take the step; a long one is shortened until it does not lead down."""
    if np.abs(step).max(initial=0) <= SHORT_STEP:
        return start + step
    least = height(start)
    least -= 1e-9 * (1 + abs(least))  # rounding
    while height(start + step) < least:
        step = step / 2
    return start + step


def _height(counts: Counts, strengths: Floats, penalty: Floats) -> float:
    log_likelihood = -(counts.scores * np.log1p(_odds_against(strengths))).sum()
    return float(log_likelihood - strengths @ penalty @ strengths / 2)


def _factors(top: Maximum, covariance: Floats, ballots: Ballots, prior_meat: Floats) -> Floats:
    """Return how much larger each error is by voters than by votes, and at least 1.

    One voter's pulls add up to nothing at the maximum, so a contender judged by few people would
    seem certain by the clustered variance alone.
    """
    strengths, votes = top.strengths, np.arange(len(ballots.a))
    surprise = ballots.score - special.expit(strengths[ballots.a] - strengths[ballots.b])
    if ballots.sign is not None:
        surprise = surprise * ballots.sign
    columns = sparse.coo_array(
        (
            np.concatenate([surprise, -surprise]),
            (np.concatenate([votes, votes]), np.concatenate([ballots.a, ballots.b])),
        ),
        shape=(len(votes), len(strengths)),
    )
    meat = clustered_meat(ballots.voter, columns, len(strengths)) + prior_meat
    variances = np.einsum("ij,ji->i", top.bread @ meat, top.bread)
    own = np.maximum(np.diag(covariance), np.finfo(float).tiny)
    factors: Floats = np.sqrt(np.maximum(1.0, variances / own))
    return factors


def _odds_against(strengths: Floats) -> Floats:
    worth = np.exp(strengths.clip(-FARTHEST, FARTHEST))
    odds: Floats = np.outer(1 / worth, worth)
    return odds


def _chances(strengths: Floats) -> Floats:
    chances = _odds_against(strengths)
    chances += 1
    return np.reciprocal(chances, out=chances)


def _reaches_all(leads: NDArray[np.bool_]) -> bool:
    """Say whether a path leads from the first to everybody."""
    if not len(leads):
        return True
    reached = leads[0].copy()
    reached[0] = True
    while True:
        further = reached | leads[reached].any(axis=0)
        if (further == reached).all():
            return bool(reached.all())
        reached = further
