"""What separates two scores, question by question: tested once, then remembered.

A finished score never changes, so a test is kept as long as both of its files are the same.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from evals import paired, samples
from evals.models import Score
from leaderboard.boards.rows import reading

KEPT = 4096
SEED = 20230504  # the same two files always have the same interval


@dataclass(frozen=True, slots=True)
class Tested:
    """How one score differs from the reference on the questions that both were asked."""

    difference: float
    stderr: float | None
    low: float  # 95 % interval by bootstrap over pairs
    high: float
    p_value: float | None  # McNemar's exact test; None for a metric that is not right or wrong
    questions: int
    raised: int
    lowered: int
    is_better: bool

    @property
    def is_noise(self) -> bool:
        """Say whether the interval holds no difference at all."""
        return self.low <= 0 <= self.high

    @property
    def verdict(self) -> str:
        """Return how the difference reads: better, worse, or noise."""
        return reading(is_noise=self.is_noise, is_better=self.is_better)


@dataclass(frozen=True, slots=True)
class _Held:
    """A score's file as it is now; the score itself is how to read it."""

    path: str
    written_ns: int
    is_higher_better: bool
    score: Score = field(compare=False)


def between(reference: Score | None, score: Score | None) -> Tested | None:
    """Compare a score with the reference; None where one is missing or has lost its questions."""
    if reference is None or score is None:
        return None
    try:
        return _tested(_held(reference), _held(score))
    except samples.SamplesMissing:
        return None


def _held(score: Score) -> _Held:
    written_ns = samples.file_of(score).stat().st_mtime_ns
    return _Held(score.samples_path, written_ns, score.benchmark.is_higher_better, score)


@lru_cache(maxsize=KEPT)
def _tested(reference: _Held, held: _Held) -> Tested:
    pairs = samples.pairs(reference.score, held.score)
    change = pairs.difference()
    random = np.random.default_rng(SEED)
    interval = paired.bootstrap(pairs.before, pairs.after, pairs.weights, random=random)
    return Tested(
        difference=change.value,
        stderr=change.stderr,
        low=interval.low,
        high=interval.high,
        p_value=pairs.p_value(),
        questions=change.questions,
        raised=change.raised,
        lowered=change.lowered,
        is_better=(change.value > 0) == held.is_higher_better,
    )
