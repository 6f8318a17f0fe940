"""Runs that wait for workers, and what became of them."""

import time
from collections import Counter
from pathlib import Path

from django.utils import timezone

from evals import runs
from evals.models import EvalRun, Suite
from tests import factories

QUICK = {"POLL_S": "1", "SWEEP_S": "1", "HEARTBEAT_S": "1", "TICK_S": "0.05"}
SHORT_LEASE = {"LEASE_S": "3", **QUICK}


def queued(suite: Suite, count: int = 1) -> list[EvalRun]:
    """Return runs of API contenders: nothing is fetched, and a server answers for each."""
    made = []
    for _ in range(count):
        contender = factories.baseline(f"Baseline {time.monotonic_ns()}")
        factories.deployment(contender)
        made.append(runs.enqueue(contender=contender, suite=suite, now=timezone.now()))
    return made


def asked(folder: Path) -> Counter[str]:
    """Return how often each benchmark of each run was asked."""
    log = folder / "asked.log"
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def are_done(made: list[EvalRun]) -> bool:
    """Say whether all have succeeded."""
    keys = [run.pk for run in made]
    return EvalRun.objects.filter(pk__in=keys, state="SUCCEEDED").count() == len(keys)


def told(made: list[EvalRun]) -> list[tuple[object, ...]]:
    """Return what pages say of them."""
    keys = [run.pk for run in made]
    rows = EvalRun.objects.filter(pk__in=keys)
    return list(rows.values_list("state", "attempt", "stage", "error_code", "error_sentence"))
