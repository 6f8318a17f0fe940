"""Contenders, suites, runs and scores."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from evals.models import Benchmark, Checkpoint, Contender, Deployment, EvalRun, Score, Suite

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def model(name: str = "", **fields: Any) -> Contender:
    """Return a base model."""
    number = next(_numbers)
    name = name or f"Model {number}"
    defaults: dict[str, Any] = {
        "slug": f"{slugify(name)}-{number}",
        "name": name,
        "kind": Contender.Kind.MODEL,
        "source": Contender.Source.DIRECTORY,
        "locator": f"models/{number}",
        "revision": f"{number:040x}",
        "serving": Contender.Serving.MODEL,
        "parameters": 1_500_000,
        "weight_bytes": 3_000_000,
        "licence": "apache-2.0",
        "released_at": date(2026, 10, 1),
        "training_cost_usd": Decimal("0.05"),
        "cost_evidence": Contender.CostEvidence.DECLARED,
        "created_at": NOON,
    }
    return Contender.objects.create(**(defaults | fields))


def adapter(name: str = "", *, parent: Contender | None = None, **fields: Any) -> Contender:
    """Return an adapter on a parent: a model, or another adapter."""
    parent = parent or model()
    defaults: dict[str, Any] = {
        "kind": Contender.Kind.ADAPTER,
        "parent": parent,
        "base": parent.root(),
        "depth": parent.depth + 1,
        "serving": Contender.Serving.CONCATENATED,
        "rank": 8,
        "parameters": 60_000,
        "weight_bytes": 120_000,
        "training_cost_usd": Decimal("0.01"),
    }
    return model(name or f"{parent.name} + layer", **(defaults | fields))


def baseline(name: str = "Baseline", **fields: Any) -> Contender:
    """Return an API baseline."""
    defaults: dict[str, Any] = {
        "kind": Contender.Kind.BASELINE,
        "source": Contender.Source.API,
        "serving": Contender.Serving.API,
        "locator": "http://127.0.0.1:8199/v1",
        "api_model": name.lower(),
        "parameters": None,
        "weight_bytes": None,
        "price_usd_per_million_tokens": Decimal("2.5"),
    }
    return model(name, **(defaults | fields))


def suite(key: str = "", *, benchmarks: int = 2) -> Suite:
    """Return a current suite with its benchmarks."""
    key = key or f"suite-{next(_numbers)}"
    made = Suite.objects.create(key=key, title=key.title(), fingerprint="f" * 64)
    for position in range(benchmarks):
        benchmark(made, position=position)
    return made


def benchmark(suite: Suite, *, position: int = 0, **fields: Any) -> Benchmark:
    """Return one benchmark of a suite."""
    defaults: dict[str, Any] = {
        "key": f"benchmark-{position}",
        "title": f"Benchmark {position}",
        "position": position,
        "task": f"zoo_task_{position}",
        "output_type": Benchmark.OutputType.MULTIPLE_CHOICE,
        "metric": "acc",
        "chance_level": 0.25,
    }
    return Benchmark.objects.create(suite=suite, **(defaults | fields))


def run(contender: Contender, suite: Suite, **fields: Any) -> EvalRun:
    """Return a run with its checkpoints; a finished one unless told otherwise."""
    defaults: dict[str, Any] = {
        "state": EvalRun.State.SUCCEEDED,
        "attempt": 1,
        "queued_at": NOON,
        "started_at": NOON,
        "finished_at": NOON,
        "tokens_per_second": 180.0,
        "first_token_s": 0.02,
        "peak_memory_bytes": 3_000_000_000,
        "usd_per_million_tokens": 0.12,
    }
    made = EvalRun.objects.create(contender=contender, suite=suite, **(defaults | fields))
    finished = made.state == EvalRun.State.SUCCEEDED
    state = Checkpoint.State.DONE if finished else Checkpoint.State.WAITING
    Checkpoint.objects.bulk_create(
        Checkpoint(run=made, benchmark=each, state=state) for each in suite.benchmarks.all()
    )
    return made


def score(run: EvalRun, benchmark: Benchmark, value: float = 0.5, **fields: Any) -> Score:
    """Return one measured value."""
    defaults: dict[str, Any] = {"stderr": 0.03, "samples": 200, "measured_at": NOON}
    return Score.objects.create(run=run, benchmark=benchmark, value=value, **(defaults | fields))


def deployment(contender: Contender, **fields: Any) -> Deployment:
    """Return a server that answered just now, by the clock of whoever asks."""
    defaults: dict[str, Any] = {
        "machine": "local",
        "url": "http://127.0.0.1:8100/v1",
        "served_name": contender.slug,
        "state": Deployment.State.READY,
        "started_at": NOON,
        "answered_at": timezone.now(),
    }
    return Deployment.objects.create(contender=contender, **(defaults | fields))
