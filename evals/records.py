"""What a worker writes while it holds a run: scores, once each, and what serving cost.

Both are fenced by the lease, like every transition in `evals.runs`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from evals import leases
from evals.models import Benchmark, Checkpoint, EvalRun, Score


class Measured(Protocol):
    """What an engine found out about one benchmark."""

    @property
    def value(self) -> float:
        """Return the metric."""

    @property
    def stderr(self) -> float | None:
        """Return its standard error; None: the harness reports none."""

    @property
    def samples(self) -> int:
        """Return how many questions were asked."""

    @property
    def samples_path(self) -> str:
        """Return the Parquet file of the questions, relative to VAR_DIR."""

    @property
    def parts(self) -> Mapping[str, Any]:
        """Return what each subtask of a group came to."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Return hashes of what was asked, the seed, and lm-eval's own configuration."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What serving cost; None: not measured, or not ours to measure."""

    tokens_per_second: float | None = None  # generated, one request at a time
    first_token_s: float | None = None
    throughput_tokens_per_second: float | None = None  # whole server, loaded
    peak_memory_bytes: int | None = None
    usd_per_million_tokens: float | None = None
    energy_wh_per_million_tokens: float | None = None
    energy_source: str = ""


class InvalidMetric(Exception):
    """A value is not a finite number, so it can never be ranked."""


def record(*, run: EvalRun, benchmark: Benchmark, measurement: Measured, now: datetime) -> Score:
    """Write a score and close its checkpoint; a benchmark of a run is recorded once only."""
    stderr = measurement.stderr
    if not math.isfinite(measurement.value) or measurement.samples < 1:
        raise InvalidMetric(f"{benchmark.title} gave {measurement.value}, which is no score.")
    with transaction.atomic():
        leases.lock(run=run)
        if (standing := Score.objects.filter(run=run, benchmark=benchmark).first()) is not None:
            return standing
        score = Score.objects.create(
            run=run,
            benchmark=benchmark,
            value=measurement.value,
            stderr=stderr if stderr is not None and math.isfinite(stderr) else None,
            samples=measurement.samples,
            samples_path=measurement.samples_path,
            parts=dict(measurement.parts),
            provenance=dict(measurement.provenance),
            measured_at=now,
        )
        Checkpoint.objects.filter(run=run, benchmark=benchmark).update(
            state=Checkpoint.State.DONE, finished_at=now
        )
        return score


def record_cost(*, run: EvalRun, cost: Cost, versions: dict[str, Any]) -> None:
    """Write what serving cost and which versions answered."""
    with transaction.atomic():
        leases.lock(run=run)
        EvalRun.objects.filter(pk=run.pk).update(
            tokens_per_second=cost.tokens_per_second,
            first_token_s=cost.first_token_s,
            throughput_tokens_per_second=cost.throughput_tokens_per_second,
            peak_memory_bytes=cost.peak_memory_bytes,
            usd_per_million_tokens=cost.usd_per_million_tokens,
            energy_wh_per_million_tokens=cost.energy_wh_per_million_tokens,
            energy_source=cost.energy_source,
            versions=versions,
        )
