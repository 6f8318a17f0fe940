"""Runs in the hands of workers, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from evals import runs
from evals.models import Benchmark, EvalRun
from tests import factories
from tests.conftest import NOON


@dataclass(frozen=True)
class Measured:
    value: float = 0.5
    stderr: float | None = 0.1
    samples: int = 100
    samples_path: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


def queued(**fields: object) -> EvalRun:
    run = runs.enqueue(contender=factories.model(), suite=factories.suite(), now=NOON)
    if fields:
        EvalRun.objects.filter(pk=run.pk).update(**fields)
    return run


def claimed(owner: str = "one", now: datetime = NOON) -> EvalRun:
    return runs.claim(run_id=queued().pk, owner=owner, now=now)


def benchmarks(run: EvalRun) -> list[Benchmark]:
    return list(run.suite.benchmarks.order_by("position"))


def fresh(run: EvalRun) -> EvalRun:
    return EvalRun.objects.get(pk=run.pk)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
