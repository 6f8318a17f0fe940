"""How far two measurements of the same questions are apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.evaluation.ours import Result

Pair = tuple[float, float | None]  # a score and its standard error


def largest_gap(ours: Result, theirs: Result) -> float:
    """Return the largest difference of a log-probability; infinite where questions differ."""
    gaps = [abs(mine - peers) for mine, peers in _numbers(ours, theirs)]
    return max(gaps, default=float("inf"))


def same_answers(ours: Result, theirs: Result) -> float:
    """Return the share of questions that both answer alike: the likeliest choice, or the text."""
    if ours.answers.keys() != theirs.answers.keys():
        return 0.0
    same = [
        _chosen(ours.answers[question]) == _chosen(theirs.answers[question])
        for question in ours.answers
    ]
    return sum(map(bool, same)) / len(same)


def errors_apart(mine: Pair, theirs: Pair) -> float:
    """Return the difference of two scores in standard errors, of the one that is known less well.

    Two equal ones are 0 apart. Each side has an error of its own, which for a rare success grows
    with every success: the smaller one would depend on who happens to have fewer.
    """
    (value, error), (other, others) = mine, theirs
    if value == other:
        return 0.0
    known = [each for each in (error, others) if each]
    return abs(value - other) / max(known) if known else float("inf")


def _numbers(ours: Result, theirs: Result) -> Iterator[tuple[float, float]]:
    if ours.answers.keys() == theirs.answers.keys():
        for question, mine in ours.answers.items():
            yield from zip(mine, theirs.answers[question], strict=True)


def _chosen(answer: Any) -> Any:
    return answer if isinstance(answer, str) else answer.index(max(answer))
