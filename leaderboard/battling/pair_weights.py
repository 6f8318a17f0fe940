"""How the arena draws pairs right now, published: the chance of every pair that could meet."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from arena import battles, pairs, ratings
from evals.models import Contender

SHOWN_MAX = 50  # pairs on the page; the API has all of them


@dataclass(frozen=True, slots=True)
class Weight:
    """One unordered pair; each order has half the chance."""

    one: Contender
    other: Contender
    chance: float
    is_parent: bool
    times_uniform: float  # how much likelier than if all pairs were equal


@dataclass(frozen=True, slots=True)
class Weights:
    """Likeliest first; they sum to 1."""

    pairs: list[Weight]
    contenders: int

    @property
    def policy(self) -> str:
        """Return the versioned rule."""
        return pairs.POLICY

    @property
    def shown(self) -> list[Weight]:
        """Return the first ones."""
        return self.pairs[:SHOWN_MAX]


def read(*, now: datetime) -> Weights:
    """Return the chances among those that could answer now."""
    found = battles.opponents(now=now)
    if len(found) < 2:
        return Weights([], len(found))
    chances = pairs.chances(contenders=found, knowledge=ratings.knowledge())
    order = np.argsort(-chances.chance, kind="stable")
    listed = [
        Weight(
            one := found[int(chances.first[place])],
            other := found[int(chances.second[place])],
            float(chances.chance[place]),
            one.pk == other.parent_id or other.pk == one.parent_id,
            float(chances.chance[place]) * len(order),
        )
        for place in order
    ]
    return Weights(listed, len(found))
