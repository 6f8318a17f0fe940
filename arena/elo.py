"""Online Elo: a rating that moves vote by vote, in the order of the votes.

Pure arithmetic (Elo, 1978). It stands beside Bradley-Terry for its history, and because the
effect of one vote can be told at once.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Game(NamedTuple):
    """One verdict between two contenders, as the share of the win that went to `a`."""

    a: int
    b: int
    score: float  # 1: a won; 0: b won; 0.5: neither


def expected(rating_a: float, rating_b: float, *, scale: float) -> float:
    """Return the share of wins that A should take from B; `scale` points are odds of ten to one."""
    return float(1 / (1 + 10 ** ((rating_b - rating_a) / scale)))


def update(
    rating_a: float, rating_b: float, score: float, *, k: float, scale: float
) -> tuple[float, float]:
    """Return both ratings after one verdict; what one gains the other loses."""
    gain = k * (score - expected(rating_a, rating_b, scale=scale))
    return rating_a + gain, rating_b - gain


def replay(
    games: Iterable[Game],
    *,
    k: float,
    scale: float,
    start: float,
    known: Mapping[int, float] | None = None,
) -> dict[int, float]:
    """Return the ratings after all games in their order; a newcomer begins at `start`."""
    ratings = dict(known or {})
    for game in games:
        ratings[game.a], ratings[game.b] = update(
            ratings.get(game.a, start), ratings.get(game.b, start), game.score, k=k, scale=scale
        )
    return ratings
