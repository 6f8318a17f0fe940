"""Do a voter's votes look like a person's? A sequential test against the model's predictions. Pure.

Chiang et al. (2024), "Chatbot Arena", find anomalous users by comparing each vote with what the
ratings expect and combining the surprises one after another (Fisher's combination, looked at a
few times). Here the surprises are combined by betting: against "as the ratings predict" stand
"always for one contender", "always one side" and "at random", each a likelihood. Their mixture is
a wealth that honest votes multiply beyond 1/alpha with a chance of at most alpha, however often
one looks (Ville's inequality), so there is no number of looks to correct for.

Whoever wants one contender to win may also draw until it turns up and leave the other battles
unjudged. So battles left are part of the series: a bet on "judges where the target is, leaves where
it is not" stands against "leaves at some rate of one's own, whoever is met". That rate is nobody's
to know, so the bet is divided by the likelihood of the best one (Wasserman et al. (2020),
"Universal inference"): people may leave as often as they like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evals import lazily

if TYPE_CHECKING:
    from scipy import special
else:
    special = lazily.Module("scipy.special")

SCALE = 400 / math.log(10)
FAITH = 0.95  # how surely someone who votes for a target does so
FLOOR = 0.02  # the ratings are never surer than this
Floats = NDArray[np.float64]
LEAVES = (0.9, 0.5)  # how often someone who draws for a target leaves a battle without it
A, B, NEITHER, LEFT = 0, 1, 2, 3
PRIOR_TARGETS, PRIOR_DRAWN, PRIOR_HABITS = 0.4, 0.2, 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """One voter's battles in their order; contenders are numbers."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    outcome: NDArray[np.int64]  # A, B or NEITHER; LEFT: never judged


def predictions(votes: Votes, ratings: NDArray[np.float64], *, ties: float) -> NDArray[np.float64]:
    """Return what the ratings expect of every vote: the chances of A, B and neither."""
    wins = special.expit((ratings[votes.a] - ratings[votes.b]) / SCALE)
    chances = np.stack([(1 - ties) * wins, (1 - ties) * (1 - wins), np.full(len(wins), ties)], 1)
    chances = np.maximum(chances, FLOOR)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def p_value(votes: Votes, expected: NDArray[np.float64]) -> float:
    """Return how unlikely the most suspicious moment of an honest voter's series would be."""
    if not len(votes.outcome):
        return 1.0
    told = _told(votes, expected)
    targets = np.unique(np.concatenate([votes.a, votes.b]))
    aimed = [_for_target(votes, told, each) for each in targets]
    drawn = [
        bet + _leaving(votes, target, rate)
        for target, bet in zip(targets, aimed, strict=True)
        for rate in LEAVES
    ]
    habits = _by_habit(votes, told)
    prior = np.log(
        [PRIOR_TARGETS / len(aimed)] * len(aimed)
        + [PRIOR_DRAWN / len(drawn)] * len(drawn)
        + [PRIOR_HABITS / len(habits)] * len(habits)
    )
    wealth = special.logsumexp(prior[:, None] + np.array([*aimed, *drawn, *habits]), axis=0)
    return float(min(1.0, np.exp(-wealth.max())))


def _told(votes: Votes, expected: NDArray[np.float64]) -> Floats:
    """Return the log-chance of every verdict as the ratings expect it; 0 where there is none."""
    is_judged = votes.outcome != LEFT
    told = np.zeros(len(votes.outcome))
    told[is_judged] = np.log(expected[is_judged, votes.outcome[is_judged]])
    return told


def _for_target(votes: Votes, told: Floats, target: int) -> Floats:
    """Return what "always for this one" has won by each battle, in natural logarithms."""
    wanted = np.where(votes.a == target, A, np.where(votes.b == target, B, -1))
    bet = np.where(votes.outcome == wanted, math.log(FAITH), math.log((1 - FAITH) / 2))
    is_idle = (wanted < 0) | (votes.outcome == LEFT)
    won: Floats = np.cumsum(np.where(is_idle, 0.0, bet - told))
    return won


def _leaving(votes: Votes, target: int, rate: float) -> Floats:
    """Return what "leaves unless this one is there" has won against the best rate of leaving."""
    is_there = (votes.a == target) | (votes.b == target)
    is_left = votes.outcome == LEFT
    leaves = np.where(is_there, 1 - FAITH, rate)
    bet = np.log(np.where(is_left, leaves, 1 - leaves))
    left, seen = np.cumsum(is_left), np.arange(1, len(is_left) + 1)
    best = special.xlogy(left, left / seen) + special.xlogy(seen - left, (seen - left) / seen)
    won: Floats = np.cumsum(bet) - best
    return won


def _by_habit(votes: Votes, told: Floats) -> list[Floats]:
    """Return what "always A", "always B" and "any of the three" have won by each battle."""
    is_left = votes.outcome == LEFT
    bets = [
        np.where(votes.outcome == side, math.log(FAITH), math.log((1 - FAITH) / 2))
        for side in (A, B)
    ]
    bets.append(np.full(len(votes.outcome), math.log(1 / 3)))
    return [np.cumsum(np.where(is_left, 0.0, bet - told)) for bet in bets]
