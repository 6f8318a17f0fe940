"""Which two contenders meet: drawn by published weights, and the chance of the draw is kept.

Most draws go where one vote tells most: to the pair that narrows the widest intervals, by the
covariance of the newest ratings. So newcomers come first, and meet rivals of their own strength
whose place is well known. Some draws set an adapter against its own parent, because "did the layer
help?" is what people can tell best. One in ten is uniform, so that every pair keeps being compared.
Sides are a fair coin.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from arena.bradley_terry import Whole
from arena.matrices import Floats
from evals.models import Contender

POLICY = "information-v1"  # changes with anything below
UNIFORM_SHARE = 0.1
PARENT_SHARE = 0.15  # where somebody's parent can answer, too
FOCUS = 8  # how much more the widest interval matters than one half as wide
SHARPNESS = 4  # how much rarer a pair is that tells half as much


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What the newest ratings know, in natural-log units; a newcomer has only the prior."""

    places: Mapping[int, int] = field(default_factory=dict)  # by primary key
    strengths: Floats = field(default_factory=lambda: np.zeros(0))
    covariance: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    prior: float = 0.3

    def of(self, contenders: Sequence[Contender]) -> tuple[Floats, Floats]:
        """Return the strengths and the covariance of these contenders."""
        places = [self.places.get(each.pk, -1) for each in contenders]
        known = np.flatnonzero(np.array(places) >= 0)
        kept = np.array(places)[known]
        strengths, covariance = np.zeros(len(places)), np.eye(len(places)) / self.prior
        strengths[known] = self.strengths[kept]
        covariance[np.ix_(known, known)] = self.covariance[np.ix_(kept, kept)]
        return strengths, covariance


NOTHING = Knowledge()


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


@dataclass(frozen=True, slots=True)
class Pair:
    """A drawn pair with its sides, and how likely exactly that was."""

    a: Contender
    b: Contender
    propensity: float
    policy: str


def chances(*, contenders: Sequence[Contender], knowledge: Knowledge) -> Chances:
    """Return the chance of every unordered pair of at least two contenders."""
    first, second = np.triu_indices(len(contenders), 1)
    gains = information(*knowledge.of(contenders))[first, second]
    sharp = (gains / gains.max()) ** SHARPNESS
    related = _related(contenders)[first, second]
    for_parents = PARENT_SHARE if related.any() else 0.0
    chance = np.full(len(first), UNIFORM_SHARE / len(first))
    chance += (1 - UNIFORM_SHARE - for_parents) * sharp / sharp.sum()
    if for_parents:
        chance += for_parents * _shares(sharp * related, related)
    return Chances(first, second, chance)


def draw(*, contenders: Sequence[Contender], knowledge: Knowledge, random: Random) -> Pair:
    """Draw two of at least two contenders."""
    i, j, propensity = chances(contenders=contenders, knowledge=knowledge).draw(random)
    return Pair(contenders[i], contenders[j], propensity, POLICY)


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


def _related(contenders: Sequence[Contender]) -> Floats:
    """Return 1 where one is the other's parent."""
    places = {each.pk: place for place, each in enumerate(contenders)}
    related = np.zeros((len(contenders),) * 2)
    for place, each in enumerate(contenders):
        if (parent := places.get(each.parent_id or 0)) is not None:
            related[place, parent] = related[parent, place] = 1.0
    return related
