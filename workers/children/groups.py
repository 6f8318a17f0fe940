"""What a benchmark came to when lm-eval measures it in several parts.

A group's value is lm-eval's own, unless the suite gives each part its chance level: then every
part is counted from it, what lies below is 0, and parts weigh the same. `a+b` as a metric is the
mean of two metrics of one task.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from workers.engines.orders import BenchmarkSpec

Pair = tuple[float | None, float | None]  # a value and its standard error
Results = Mapping[str, Mapping[str, Any]]  # metrics by task


def value_of(spec: BenchmarkSpec, results: Results) -> Pair:
    """Return a benchmark's value and standard error; None where lm-eval gave none."""
    if not spec.parts:
        return _metric(spec, results.get(spec.task, {}))
    pairs = [
        _from_chance(_metric(spec, results.get(part, {})), chance)
        for part, chance in spec.parts.items()
    ]
    return _mean(pairs, are_independent=True)


def parts_of(spec: BenchmarkSpec, results: Results, tasks: Iterable[str]) -> dict[str, Any]:
    """Return what each part of a group came to, as lm-eval measured it."""
    names = [name for name in tasks if name != spec.task]
    return {
        name: {"value": value, "stderr": stderr}
        for name in sorted(names)
        for value, stderr in [_metric(spec, results.get(name, {}))]
        if value is not None
    }


def fingerprints(samples: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return hashes over the questions and over the prompts made of them."""
    return {
        name: hashlib.sha256(
            "\n".join(sorted(str(sample.get(key, "")) for sample in samples)).encode()
        ).hexdigest()
        for name, key in (("documents", "doc_hash"), ("prompts", "prompt_hash"))
    }


def finite(value: Any) -> float | None:
    """Return a number as it is, and None for what is none: lm-eval writes "N/A"."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return None
    return float(value) if math.isfinite(value) else None


def _metric(spec: BenchmarkSpec, found: Mapping[str, Any]) -> Pair:
    pairs = [
        (
            finite(found.get(f"{metric},{spec.filter}")),
            finite(found.get(f"{metric}_stderr,{spec.filter}")),
        )
        for metric in spec.metric.split("+")
    ]
    return _mean(pairs, are_independent=False)


def _from_chance(pair: Pair, chance: float) -> Pair:
    value, stderr = pair
    width = 1 - chance
    return (
        None if value is None else max(0.0, (value - chance) / width),
        None if stderr is None else stderr / width,
    )


def _mean(pairs: Sequence[Pair], *, are_independent: bool) -> Pair:
    """Return the mean; errors of the same questions may go together, so they add up fully."""
    values = [value for value, _ in pairs if value is not None]
    errors = [error for _, error in pairs if error is not None]
    if len(values) < len(pairs):
        return None, None
    mean = math.fsum(values) / len(values)
    if len(errors) < len(pairs):
        return mean, None
    total = (
        math.sqrt(math.fsum(each**2 for each in errors)) if are_independent else math.fsum(errors)
    )
    return mean, total / len(errors)
