"""Which two contenders meet: drawn by published weights, and the chance of the draw is kept.

A pair weighs the more the fewer votes its two have, so newcomers meet first; an adapter meets
its own parent more often, because "did the layer help?" is what people can tell best. One draw
in ten is uniform, so that every pair keeps being compared. Sides are a fair coin.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from evals.models import Contender

POLICY = "need-v1"  # changes with anything below
UNIFORM_SHARE = 0.1
PARENT_BOOST = 3.0
VOTES_OF_A_NEWCOMER = 10  # so that the first vote does not change everything


@dataclass(frozen=True, slots=True)
class Pair:
    """A drawn pair with its sides, and how likely exactly that was."""

    a: Contender
    b: Contender
    propensity: float
    policy: str


def weights(
    *, contenders: Sequence[Contender], counts: Mapping[int, int]
) -> dict[tuple[int, int], float]:
    """Return the chance of every unordered pair, by positions in `contenders`; they sum to 1.

    `counts` tells how many votes each contender has, by primary key; none is 0.
    """
    pairs = list(itertools.combinations(range(len(contenders)), 2))
    needs = [1 / (counts.get(each.pk, 0) + VOTES_OF_A_NEWCOMER) for each in contenders]
    raw = [
        (needs[i] + needs[j]) * (PARENT_BOOST if _related(contenders[i], contenders[j]) else 1.0)
        for i, j in pairs
    ]
    total = sum(raw)
    uniform = UNIFORM_SHARE / len(pairs) if pairs else 0.0
    return {
        pair: (1 - UNIFORM_SHARE) * weight / total + uniform
        for pair, weight in zip(pairs, raw, strict=True)
    }


def draw(*, contenders: Sequence[Contender], counts: Mapping[int, int], random: Random) -> Pair:
    """Draw two of at least two contenders."""
    chances = weights(contenders=contenders, counts=counts)
    i, j = random.choices(list(chances), weights=list(chances.values()))[0]
    propensity = chances[i, j] / 2
    if random.random() < 0.5:
        i, j = j, i
    return Pair(contenders[i], contenders[j], propensity, POLICY)


def _related(one: Contender, other: Contender) -> bool:
    return other.pk == one.parent_id or one.pk == other.parent_id
