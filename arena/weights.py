"""How likely each pair is to meet: pure arithmetic on strengths and their covariance.

Most of the chance goes where one vote narrows the widest intervals most, some to parents and their
layers, and some to every pair alike. `arena.pairs` tells who is who.
"""

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from arena.ballots import Whole
from arena.matrices import Floats

UNIFORM_SHARE = 0.1
PARENT_SHARE = 0.15  # where somebody's parent can answer, too
FOCUS = 2  # the power of an interval's width by which narrowing it matters
SHARPNESS = 4  # how much rarer a pair is that tells half as much


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How likely each unordered pair is, by positions among the contenders."""

    first: Whole
    second: Whole
    chance: Floats  # they sum to 1

    def draw(self, random: Random) -> tuple[int, int, float]:
        """Return one pair in either order, and how likely that order was."""
        ends = np.cumsum(self.chance)
        place = int(np.searchsorted(ends, random.random() * ends[-1], side="right"))
        i, j = int(self.first[place]), int(self.second[place])
        i, j = (j, i) if random.random() < 0.5 else (i, j)
        return i, j, float(self.chance[place]) / 2


def blended(strengths: Floats, covariance: Floats, kin: Floats | None = None) -> Chances:
    """Return the chance of every unordered pair; `kin` is 1 where one is the other's parent."""
    first, second = np.triu_indices(len(strengths), 1)
    gains = information(strengths, covariance)[first, second]
    sharp = (gains / gains.max()) ** SHARPNESS
    related = np.zeros(len(first)) if kin is None else kin[first, second]
    for_parents = PARENT_SHARE if related.any() else 0.0
    chance = np.full(len(first), UNIFORM_SHARE / len(first))
    chance += (1 - UNIFORM_SHARE - for_parents) * sharp / sharp.sum()
    if for_parents:
        chance += for_parents * _shares(sharp * related, related)
    return Chances(first, second, chance)


def information(strengths: Floats, covariance: Floats) -> Floats:
    """Return how much one vote on each pair narrows the widest intervals.

    A vote on a pair takes w q / (1 + w r) off a contender's variance, where w is the information
    of the vote, r the variance of the pair's difference, and q the squared covariance of the
    contender with that difference (a rank-one update). The widest variances count most.
    """
    variance = np.diag(covariance)
    focus = (variance / variance.max()) ** (FOCUS / 2)
    weighed = (covariance * focus) @ covariance
    chance = 1 / (1 + np.exp(strengths - strengths[:, None]))
    vote = chance * (1 - chance)
    spread = variance[:, None] + variance - 2 * covariance
    own = np.diag(weighed)
    narrowed: Floats = vote * (own[:, None] + own - 2 * weighed) / (1 + vote * spread)
    return np.maximum(narrowed, math.ulp(1.0))


def _shares(weights: Floats, among: Floats) -> Floats:
    """Return shares of 1 in proportion to the weights; equal ones where all are tiny."""
    chosen = weights if weights.sum() > 1e-12 else among
    shares: Floats = chosen / chosen.sum()
    return shares
