"""Compare two answers to the same questions: the difference with its paired standard error.

Two contenders asked the same questions share the luck of the draw, so the error of their
difference comes from the questions' own differences and is smaller than that of two scores taken
as independent. Pure arithmetic over arrays: element i of both is the same question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals import lazily

if TYPE_CHECKING:
    from scipy import special
else:
    special = lazily.Module("scipy.special")

Floats = NDArray[np.float64]

DECIDED = 1.96  # standard errors beyond which a difference is no noise, at 95 %
BOOTSTRAP_ROUNDS = 2000
CHUNK = 200  # rounds drawn at once: 200 x 10,000 questions are 16 MB


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one contender to another on one benchmark, in the metric's own unit."""

    value: float  # after - before
    stderr: float | None  # None: fewer than two questions
    questions: int
    raised: int  # questions whose value went up
    lowered: int

    @property
    def is_decided(self) -> bool:
        """Say whether the difference is beyond noise."""
        return self.stderr is not None and abs(self.value) > DECIDED * self.stderr


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a difference lies, with a probability of 95 %."""

    low: float
    high: float


def difference(before: ArrayLike, after: ArrayLike, weights: ArrayLike | None = None) -> Difference:
    """Return the difference of the (weighted) means with its paired error.

    A weighted mean is a ratio of two sums over questions, such as bits per byte over texts; its
    error follows from the spread about that ratio (the delta method). With equal weights this is
    the textbook's error of a mean of differences (Miller, 2024, "Adding error bars to evals").
    """
    change, weight = _changes(before, after, weights)
    count, total = change.size, float(weight.sum())
    value = float((weight * change).sum() / total)
    spread = float(((weight * (change - value)) ** 2).sum())
    stderr = math.sqrt(spread * count / (count - 1)) / total if count > 1 else None
    raised, lowered = int((change > 0).sum()), int((change < 0).sum())
    return Difference(value, stderr, count, raised, lowered)


def mcnemar(before: ArrayLike, after: ArrayLike) -> float:
    """Return the two-sided p-value of McNemar's exact test on right and wrong answers.

    Only the questions on which the two disagree tell anything: were there no difference, each
    would be a fair coin.
    """
    first, second = (np.asarray(each, dtype=bool) for each in (before, after))
    if first.shape != second.shape:
        raise ValueError("The two must have answered the same questions.")
    gained, lost = int((~first & second).sum()), int((first & ~second).sum())
    tail = float(special.bdtr(min(gained, lost), gained + lost, 0.5)) if gained + lost else 1.0
    return min(1.0, 2 * tail)


def bootstrap(
    before: ArrayLike,
    after: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    random: np.random.Generator,
    rounds: int = BOOTSTRAP_ROUNDS,
) -> Interval:
    """Return the 95 % interval of the difference over questions drawn anew, pair by pair."""
    change, weight = _changes(before, after, weights)
    found = []
    for start in range(0, rounds, CHUNK):
        shape = (min(CHUNK, rounds - start), change.size)
        drawn = random.integers(change.size, size=shape)
        weighed = weight[drawn]
        found.append((weighed * change[drawn]).sum(axis=1) / weighed.sum(axis=1))
    low, high = np.quantile(np.concatenate(found), [0.025, 0.975])
    return Interval(float(low), float(high))


def _changes(
    before: ArrayLike, after: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Floats]:
    first, second = (np.asarray(each, dtype=np.float64) for each in (before, after))
    weight = np.ones_like(first) if weights is None else np.asarray(weights, dtype=np.float64)
    if not first.shape == second.shape == weight.shape or first.ndim != 1 or not first.size:
        raise ValueError("The two must have answered the same questions, and at least one.")
    if not (np.isfinite(first).all() and np.isfinite(second).all() and (weight > 0).all()):
        raise ValueError("Values must be finite and weights positive.")
    return second - first, weight
