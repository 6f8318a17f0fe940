"""Do a voter's votes look like a person's? A sequential test against the model's predictions. Pure.

Chiang et al. (2024), "Chatbot Arena", find anomalous users by comparing each vote with what the
ratings expect and combining the surprises one after another (Fisher's combination, looked at a
few times). Here the surprises are combined by betting: against "as the ratings predict" stand
"always for one contender", "always one side" and "at random", each a likelihood. Their mixture is
a wealth that honest votes multiply beyond 1/alpha with a chance of at most alpha, however often
one looks (Ville's inequality), so there is no number of looks to correct for.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

SCALE = 400 / math.log(10)
FAITH = 0.95  # how surely someone who votes for a target does so
FLOOR = 0.02  # the ratings are never surer than this
A, B, NEITHER = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """One voter's votes in their order; contenders are numbers."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    outcome: NDArray[np.int64]  # A, B or NEITHER


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
    places = np.arange(len(votes.outcome))
    told = np.log(expected[places, votes.outcome])
    bets = np.array([*_for_targets(votes, expected), *_by_habit(votes)])
    targets = len(bets) - 3
    prior = np.log([*([0.5 / targets] * targets), 1 / 6, 1 / 6, 1 / 6])
    wealth = special.logsumexp(prior[:, None] + np.cumsum(bets - told, axis=1), axis=0)
    return float(min(1.0, np.exp(-wealth.max())))


def _for_targets(votes: Votes, expected: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the log-likelihoods of "always for this one", as predicted where it is absent."""
    places = np.arange(len(votes.outcome))
    told = np.log(expected[places, votes.outcome])
    found = []
    for target in np.unique(np.concatenate([votes.a, votes.b])):
        wanted = np.where(votes.a == target, A, np.where(votes.b == target, B, -1))
        is_for = votes.outcome == wanted
        bet = np.where(is_for, math.log(FAITH), math.log((1 - FAITH) / 2))
        found.append(np.where(wanted < 0, told, bet))
    return found


def _by_habit(votes: Votes) -> list[NDArray[np.float64]]:
    """Return the log-likelihoods of "always A", "always B" and "any of the three"."""
    sides = [
        np.where(votes.outcome == side, math.log(FAITH), math.log((1 - FAITH) / 2))
        for side in (A, B)
    ]
    return [*sides, np.full(len(votes.outcome), math.log(1 / 3))]
