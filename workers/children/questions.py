"""lm-eval's questions, built once for everybody who is asked.

Building takes lm-eval longer than a small model takes to answer, and contenders of one base are
asked the same. Each gets copies that hold nobody else's answers.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from lm_eval.api.model import LM
from lm_eval.evaluator_utils import get_sample_size

from workers.engines.orders import BenchmarkSpec

KEPT = 32  # benchmarks
Key = tuple[Any, ...]


class Questions:
    """The questions of the benchmarks that were asked last."""

    def __init__(self) -> None:
        self._built: OrderedDict[Key, Any] = OrderedDict()

    def get(self, key: Key) -> Any:
        """Return copies of a benchmark's tasks that have been asked nothing; None: never built."""
        if key not in self._built:
            return None
        self._built.move_to_end(key)
        loaded = self._built[key]
        return {**loaded, "tasks": {name: _copy(task) for name, task in loaded["tasks"].items()}}

    def keep(self, key: Key, loaded: Any) -> None:
        """Keep a benchmark's built tasks, and forget the one that was not asked for longest."""
        self._built[key] = loaded
        if len(self._built) > KEPT:
            self._built.popitem(last=False)


def build(loaded: Any, spec: BenchmarkSpec, lm: LM | None) -> None:
    """Have lm-eval write every question, as its own `evaluate` would; a chat needs the model."""
    speaker = lm if spec.is_chat else None
    for task in loaded["tasks"].values():
        task.set_config(key="num_fewshot", value=spec.shots)
        task.set_fewshot_seed(seed=spec.seed)
        task.build_all_requests(
            limit=get_sample_size(task, spec.limit),
            apply_chat_template=spec.is_chat,
            fewshot_as_multiturn=spec.is_chat,
            chat_template=speaker.apply_chat_template if speaker else None,
            tokenizer_name=speaker.tokenizer_name if speaker else "",
        )


def _copy(task: Any) -> Any:
    """Return a task that shares everything but the answers, and is not built again."""
    twin = copy.copy(task)
    twin._instances = [replace(each, resps=[], filtered_resps={}) for each in task.instances]  # noqa: SLF001
    twin.build_all_requests = _is_built
    return twin


def _is_built(**_: Any) -> None:
    """Build nothing: the questions are there."""
