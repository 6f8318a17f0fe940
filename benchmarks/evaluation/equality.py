"""How far two measurements of the same questions are apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.evaluation.ours import Result


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


def errors_apart(value: float, peers: float, stderr: float | None) -> float:
    """Return the difference of two scores in standard errors; two equal ones are 0 apart."""
    if value == peers:
        return 0.0
    return abs(value - peers) / stderr if stderr else float("inf")


def _numbers(ours: Result, theirs: Result) -> Iterator[tuple[float, float]]:
    if ours.answers.keys() == theirs.answers.keys():
        for question, mine in ours.answers.items():
            yield from zip(mine, theirs.answers[question], strict=True)


def _chosen(answer: Any) -> Any:
    return answer if isinstance(answer, str) else answer.index(max(answer))
