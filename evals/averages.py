"""One number for a whole suite: the mean of scores counted from chance level, with its error.

Each score is moved so that guessing is 0 and the best level is 1, as the Open LLM Leaderboard
does; errors of independent benchmarks add in squares. Pure arithmetic.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

PERCENT = 100.0


class Scored(Protocol):
    """A measured value, such as a `Score`."""

    value: float
    stderr: float | None


class Ranged(Protocol):
    """What a value is counted from and to, such as a `Benchmark`."""

    chance_level: float
    best_level: float


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of the measured benchmarks, in per cent of the way from chance to best."""

    value: float
    stderr: float | None  # None: one of the scores has none
    measured: int
    of: int


def normalise(value: float, chance: float, best: float) -> float:
    """Return 0 for guessing and 1 for the best level; worse than guessing is negative.

    Where lower is better, `best` lies below `chance` and the same formula holds.
    """
    return (value - chance) / (best - chance)


def span(benchmark: Ranged) -> float:
    """Return the way from guessing to the best level; negative where lower is better."""
    return benchmark.best_level - benchmark.chance_level


def average(scores: Sequence[tuple[Scored | None, Ranged]]) -> Average | None:
    """Return the mean over what was measured; None where nothing was."""
    measured = [(score, benchmark) for score, benchmark in scores if score is not None]
    if not measured:
        return None
    values = [
        normalise(score.value, benchmark.chance_level, benchmark.best_level)
        for score, benchmark in measured
    ]
    errors = [
        None if score.stderr is None else score.stderr / span(benchmark)
        for score, benchmark in measured
    ]
    return Average(
        value=PERCENT * math.fsum(values) / len(values),
        stderr=_error_of_mean(errors),
        measured=len(measured),
        of=len(scores),
    )


def _error_of_mean(errors: Sequence[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    if len(known) < len(errors):
        return None
    return PERCENT * math.sqrt(math.fsum(error**2 for error in known)) / len(known)
