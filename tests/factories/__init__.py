"""Rows for tests: each factory fills what the test does not care about."""

from tests.factories.arena import battle, rating, snapshot, vote
from tests.factories.evals import (
    adapter,
    baseline,
    benchmark,
    deployment,
    model,
    run,
    score,
    suite,
)

__all__ = [
    "adapter",
    "baseline",
    "battle",
    "benchmark",
    "deployment",
    "model",
    "rating",
    "run",
    "score",
    "snapshot",
    "suite",
    "vote",
]
