"""Votes with a known truth: skewed popularity, ties, both-bad, style, voters who come back.

Contenders have normal strengths, are met as often as a power of their place says, and 20 votes in
100 are ties. Style differs between the sides of a vote and moves it by coefficients that are known.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arena.bradley_terry import Ballots, Counts, Whole
from arena.matrices import Floats

TIES = 0.2
SPREAD = 0.6  # natural-log units, 104 points
POPULARITY = 0.7
STYLE = np.array([0.25, 0.1, -0.05, 0.15])  # natural-log units for a mark that one side has alone


@dataclass(frozen=True, slots=True)
class Truth:
    """Votes, and what is behind them."""

    ballots: Ballots
    marks: Floats
    strengths: Floats

    def save(self, path: Path) -> None:
        """Keep the votes as the peers read them."""
        ballots = self.ballots
        np.savez(path, a=ballots.a, b=ballots.b, score=ballots.score, marks=self.marks)


def votes(
    count: int, contenders: int, *, seed: int, style: Floats | None = None, per_voter: float = 8
) -> Truth:
    """Draw so many votes."""
    random = np.random.default_rng(seed)
    strengths = random.normal(0, SPREAD, contenders)
    a, b = pairs(random, count, popularity(contenders))
    marks = np.clip(random.normal(0, 0.4, (count, 4)), -1, 1) if style is not None else _none(count)
    gap = strengths[a] - strengths[b]
    if style is not None:
        gap = gap + marks @ style
    score = verdicts(random, gap)
    voters = max(1, round(count / per_voter))
    return Truth(Ballots(random.integers(0, voters, count), a, b, score), marks, strengths)


def popularity(contenders: int) -> Floats:
    """Return how often each is drawn."""
    weights = np.arange(1, contenders + 1) ** -POPULARITY
    shares: Floats = weights / weights.sum()
    return shares


def pairs(random: np.random.Generator, count: int, share: Floats) -> tuple[Whole, Whole]:
    """Draw two different contenders a vote."""
    a = random.choice(len(share), count, p=share)
    b = random.choice(len(share), count, p=share)
    while len(same := np.flatnonzero(a == b)):
        b[same] = random.choice(len(share), len(same), p=share)
    return a, b


def verdicts(random: np.random.Generator, gap: Floats) -> Floats:
    """Return scores; a tie takes the place of a win as often as of a loss."""
    score = (random.random(len(gap)) < 1 / (1 + np.exp(-gap))).astype(np.float64)
    score[random.random(len(gap)) < TIES] = 0.5
    return score


def counts(votes: float, contenders: int, *, seed: int) -> Counts:
    """Draw counts at once, for more votes than one would like to list."""
    random = np.random.default_rng(seed)
    strengths, share = random.normal(0, SPREAD, contenders), popularity(contenders)
    games = np.triu(random.poisson(2 * votes * np.outer(share, share)), 1)
    ties = random.binomial(games, TIES)
    wins = random.binomial(games - ties, 1 / (1 + np.exp(strengths - strengths[:, None])))
    both = wins + (games - ties - wins).T
    return Counts(both.astype(np.float64), (ties + ties.T).astype(np.float64))


def _none(count: int) -> Floats:
    return np.zeros((count, 4))
