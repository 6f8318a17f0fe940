"""Which two contenders meet: drawn by published weights, and the chance of the draw is kept.

Most draws go where one vote tells most: to the pair that narrows the widest intervals, by the
covariance of the newest ratings. So newcomers come first, and meet rivals of their own strength
whose place is well known. Some draws set an adapter against its own parent, because "did the layer
help?" is what people can tell best. One in ten is uniform, so that every pair keeps being compared.
Sides are a fair coin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from arena import weights
from arena.matrices import Floats
from arena.weights import Chances
from evals.models import Contender

POLICY = "information-v1"  # changes with anything in `arena.weights`


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


@dataclass(frozen=True, slots=True)
class Pair:
    """A drawn pair with its sides, and how likely exactly that was."""

    a: Contender
    b: Contender
    propensity: float
    policy: str


def chances(*, contenders: Sequence[Contender], knowledge: Knowledge) -> Chances:
    """Return the chance of every unordered pair of at least two contenders."""
    return weights.blended(*knowledge.of(contenders), _related(contenders))


def draw(*, contenders: Sequence[Contender], knowledge: Knowledge, random: Random) -> Pair:
    """Draw two of at least two contenders."""
    i, j, propensity = chances(contenders=contenders, knowledge=knowledge).draw(random)
    return Pair(contenders[i], contenders[j], propensity, POLICY)


def _related(contenders: Sequence[Contender]) -> Floats:
    """Return 1 where one is the other's parent."""
    places = {each.pk: place for place, each in enumerate(contenders)}
    related = np.zeros((len(contenders),) * 2)
    for place, each in enumerate(contenders):
        if (parent := places.get(each.parent_id or 0)) is not None:
            related[place, parent] = related[parent, place] = 1.0
    return related
