"""Bradley-Terry with style controlled: strengths as if both answers had looked alike.

The chance of A also depends on how the answers differ in length, headers, bold and lists, and both
parts are fitted together by Newton's method, so the style really is taken out. The prior on its
coefficients is so weak that it shrinks nothing. Pure arithmetic on arrays; the maximum is kept with
its derivatives, and new votes move it by one Newton step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from arena import bradley_terry as bt
from arena.ballots import Ballots, Counts, Narrow
from arena.bradley_terry import Fit
from arena.matrices import Floats, centring, cholesky, inverse, laplacian, penalties, solved
from evals import lazily

if TYPE_CHECKING:
    from scipy import sparse, special
else:
    sparse = lazily.Module("scipy.sparse")
    special = lazily.Module("scipy.special")

STYLE_PRIOR = 0.01  # precision; a thousand votes hold ten thousand times as much
STEP_DONE = 1e-6
MAX_STEPS = 30


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The likelihood around a point: contenders first, then the coefficients of style."""

    at: Floats
    slope: Floats
    information: Floats  # minus the second derivative
    meat: Floats  # squares of the votes' pulls
    widening: Floats  # of each one's error, by who voted; at least 1

    @property
    def contenders(self) -> int:
        """Return how many of the positions are contenders."""
        return len(self.widening)


@dataclass(frozen=True, slots=True, eq=False)
class Controlled:
    """Strengths with style controlled, and what each unit of style is worth."""

    fit: Fit
    coefficients: Floats  # in points, for a mark that only one side has
    errors: Floats  # standard errors of them


def ground(
    ballots: Ballots, marks: Floats, counts: Counts, *, prior: float, by_voter: bool = True
) -> Ground:
    """Climb to the maximum and return the likelihood around it.

    Without `by_voter` votes are taken as independent, and nothing is widened.
    """
    share, size = bt.shares(counts), len(counts.wins)
    design = _Design.of(ballots, marks, size)
    at = np.concatenate([bt.maximum(counts, share, prior).strengths, np.zeros(marks.shape[1])])
    penalty = _penalty(share, marks.shape[1], counts, prior)
    for _ in range(MAX_STEPS):
        slope, information = design.curve(at)
        step = solved(cholesky(information + penalty), slope - penalty @ at)
        at = at + step * min(1.0, 1.0 / max(np.abs(step).max(initial=0), 1e-300))
        if np.abs(step).max(initial=0) < STEP_DONE:
            break
    else:
        raise bt.NoMaximum(f"Style control did not settle in {MAX_STEPS} steps.")
    slope, information = design.curve(at)
    meat, widening = design.meat(at), np.ones(size)
    if by_voter:
        bread = inverse(cholesky(information + penalty))
        widening = _factors(bread, meat, _clustered(ballots, marks, at, size))[:size]
    return Ground(at, slope, information, meat, widening)


def moved(
    base: Ground, ballots: Ballots, marks: Floats, counts: Counts, *, prior: float, anchor: float
) -> Controlled:
    """Take one Newton step for the votes cast since; `base` has room for everyone in them."""
    share, size = bt.shares(counts), len(counts.wins)
    slope, information, meat = base.slope, base.information, base.meat
    if len(ballots.a):
        design = _Design.of(ballots, marks, size)
        more = (*design.curve(base.at), design.meat(base.at))
        slope, information, meat = (
            old + new for old, new in zip((slope, information, meat), more, strict=True)
        )
    penalty = _penalty(share, marks.shape[1], counts, prior)
    factor = cholesky(information + penalty)
    at = base.at + solved(factor, slope - penalty @ base.at)
    bread = inverse(factor)
    prior_meat = _penalty(share, marks.shape[1], counts, prior, is_held=False)
    covariance = bread @ (meat + prior_meat) @ bread
    strengths = at[:size] - share @ at[:size]
    fit = bt.fitted(
        counts, strengths, bt.widened(covariance[:size, :size], base.widening), anchor=anchor
    )
    errors = bt.SCALE * np.sqrt(np.diag(covariance)[size:])
    return Controlled(fit, bt.SCALE * at[size:], errors)


def widened_to(base: Ground, places: Floats, size: int) -> Ground:
    """Return the ground with room for `size` contenders; `places` tells where the old ones are."""
    styles = len(base.at) - base.contenders
    kept = np.concatenate([places, np.arange(size, size + styles)]).astype(np.int64)

    def spread(old: Floats) -> Floats:
        new = np.zeros((size + styles,) * old.ndim)
        new[np.ix_(*[kept] * old.ndim)] = old
        return new

    widening = np.ones(size)
    widening[kept[: base.contenders]] = base.widening
    return Ground(
        spread(base.at), spread(base.slope), spread(base.information), spread(base.meat), widening
    )


def _penalty(
    share: Floats, styles: int, counts: Counts, prior: float, *, is_held: bool = True
) -> Floats:
    size = len(share)
    penalty = np.zeros((size + styles,) * 2)
    hold = counts.games.sum() / 4 + prior + 1
    penalty[:size, :size] = (
        penalties(share, prior, hold=hold) if is_held else prior * centring(share)
    )
    penalty[np.arange(size, size + styles), np.arange(size, size + styles)] = STYLE_PRIOR
    return penalty


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """What the votes are about: one position a vote; sums over them are matrices."""

    cells: Narrow  # a * size + b
    a: Narrow
    b: Narrow
    marks: Floats  # one row a mark
    score: Floats
    sign: Floats | float
    size: int

    @classmethod
    def of(cls, ballots: Ballots, marks: Floats, size: int) -> _Design:
        sign = 1.0 if ballots.sign is None else ballots.sign
        cells = ballots.a * size + ballots.b
        rows = np.ascontiguousarray(marks.T)
        return cls(cells, ballots.a, ballots.b, rows, ballots.score, sign, size)

    def chance(self, at: Floats) -> Floats:
        """Return the chance of a in each vote."""
        strengths = at[: self.size]
        gaps = (strengths[:, None] - strengths).ravel()[self.cells]
        for row, worth in zip(self.marks, at[self.size :], strict=True):
            gaps += worth * row
        chance: Floats = special.expit(gaps, out=gaps)
        return chance

    def curve(self, at: Floats) -> tuple[Floats, Floats]:
        """Return the slope of the log-likelihood and minus its second derivative."""
        chance = self.chance(at)
        pull = (self.score - chance) * self.sign
        slope = np.concatenate([self._across(pull), self.marks @ pull])
        return slope, self._weighted((chance - chance * chance) * self.sign)

    def meat(self, at: Floats) -> Floats:
        """Return the squares of the votes' pulls."""
        surprise = self.score - self.chance(at)
        return self._weighted(surprise * surprise * self.sign)

    def _pairs(self, weight: Floats) -> Floats:
        summed = np.bincount(self.cells, weight, self.size**2).astype(np.float64)
        return summed.reshape(self.size, self.size)

    def _across(self, weight: Floats) -> Floats:
        pairs = self._pairs(weight)
        across: Floats = pairs.sum(axis=1) - pairs.sum(axis=0)
        return across

    def _weighted(self, weight: Floats) -> Floats:
        """Return the sum over votes of weight times the outer square of what the vote is about."""
        size, pairs = self.size, self._pairs(weight)
        whole = np.zeros((size + len(self.marks),) * 2)
        whole[:size, :size] = laplacian(pairs + pairs.T)
        for place, row in enumerate(self.marks, start=size):
            part = weight * row
            whole[:size, place] = whole[place, :size] = self._across(part)
            whole[place, size:] = self.marks @ part
        return whole


def _clustered(ballots: Ballots, marks: Floats, at: Floats, size: int) -> Floats:
    """Return the squares of the voters' pulls."""
    votes = np.arange(len(ballots.a))
    design = _Design.of(ballots, marks, size)
    pull = (ballots.score - design.chance(at)) * design.sign
    rows = np.concatenate([votes, votes, *[votes] * marks.shape[1]])
    places = [ballots.a, ballots.b, *(np.full(len(votes), size + k) for k in range(marks.shape[1]))]
    data = [pull, -pull, *(pull * marks[:, k] for k in range(marks.shape[1]))]
    total = size + marks.shape[1]
    columns = sparse.coo_array(
        (np.concatenate(data), (rows, np.concatenate(places))), shape=(len(votes), total)
    )
    return bt.clustered_meat(ballots.voter, columns, total)


def _factors(bread: Floats, meat: Floats, clustered: Floats) -> Floats:
    own, by_voter = (np.einsum("ij,ji->i", bread @ each, bread) for each in (meat, clustered))
    factors: Floats = np.sqrt(np.maximum(1.0, by_voter / np.maximum(own, np.finfo(float).tiny)))
    return factors
