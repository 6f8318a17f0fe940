"""Votes with a known truth: skewed popularity, ties, both-bad, style, voters who come back.

Contenders have normal strengths and are met as often as a power of their place says. Equals tie in
20 votes of 100, others less often, so that a tie as half a win keeps the expected score that
Bradley-Terry has: the truth is the model's. Style moves a vote by coefficients that are known.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arena.ballots import Ballots, Counts, Whole
from arena.matrices import Floats

TIES = 0.2  # between equals
SPREAD = 0.6  # natural-log units, 104 points
POPULARITY = 0.7
STYLE = np.array([0.4, 0.2, -0.2, 0.25])  # natural-log units for a mark that one side has alone


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
    return Truth(Ballots.of(random.integers(0, voters, count), a, b, score), marks, strengths)


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
    """Return scores whose expectation is the chance of the gap."""
    won, tied = outcomes(random, np.ones(len(gap), dtype=np.int64), gap)
    return won + tied / 2


def outcomes(random: np.random.Generator, games: Whole, gap: Floats) -> tuple[Whole, Whole]:
    """Return wins and ties of so many games."""
    chance = 1 / (1 + np.exp(-gap))
    tie = 4 * TIES * chance * (1 - chance)
    tied = random.binomial(games, tie)
    won = random.binomial(games - tied, (chance - tie / 2) / (1 - tie))
    return won, tied


def counts(votes: float, contenders: int, *, seed: int, strengths: Floats | None = None) -> Counts:
    """Draw counts at once, for more votes than one would like to list."""
    random = np.random.default_rng(seed)
    share = popularity(contenders)
    if strengths is None:
        strengths = random.normal(0, SPREAD, contenders)
    games = np.triu(random.poisson(2 * votes * np.outer(share, share)), 1)
    wins, ties = outcomes(random, games, strengths[:, None] - strengths)
    both = wins + (games - ties - wins).T
    return Counts(both.astype(np.float64), (ties + ties.T).astype(np.float64))


def _none(count: int) -> Floats:
    return np.zeros((count, 4))
