"""Measure every model and every stack of the zoo with lm-eval: `python -m zoo.check [NAME ...]`.

Prints the scores and, for each adapter, which of them differ from those of what
lies beneath it by more than two standard errors. Run from the repository's root.
This is the project's own yardstick for its zoo, not the path a submission takes.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoTokenizer

from zoo import training
from zoo.recipes import ADAPTERS, MODELS

ZOO = Path(__file__).parent
METRICS = {
    "zoo_facts": "acc,none",
    "zoo_habits": "acc,none",
    "zoo_endings": "acc,none",
    "zoo_sums": "exact_match,whole-answer",
    "zoo_instructions": "exact_match,whole-answer",
    "zoo_stories": "bits_per_byte,none",
}
THREADS = 2
CLEAR = 2.0  # standard errors beyond which a difference is called clear


@dataclass(frozen=True, slots=True)
class Figure:
    """One score with its standard error."""

    value: float
    error: float

    def distance(self, other: "Figure") -> float:
        """Return how many standard errors this lies above another figure."""
        return (self.value - other.value) / max(math.hypot(self.error, other.error), 1e-9)


Figures = dict[str, Figure]
Stack = tuple[str, ...]


def main() -> None:
    torch.set_num_threads(THREADS)
    arguments = _arguments()
    stacks = {stack[-1]: stack for stack in _stacks()}
    chosen = [Path(name).name for name in arguments.names] or [Path(path).name for path in stacks]
    measured: dict[Stack, Figures] = {}
    print(" " * 16 + "".join(f"{task.removeprefix('zoo_'):>17}" for task in METRICS))
    for path, stack in stacks.items():
        if Path(path).name in chosen:
            measured[stack] = measure(stack, chat=arguments.chat)
            _print(stack, measured)


def measure(stack: Stack, *, chat: bool) -> Figures:
    """Answer all tasks with a base and the adapters above it merged in."""
    base, *layers = (ZOO / path for path in stack)
    model = HFLM(
        pretrained=training.load(base, layers),
        tokenizer=AutoTokenizer.from_pretrained(base),
        batch_size=32,
    )
    report = simple_evaluate(
        model=model,
        tasks=list(METRICS),
        task_manager=TaskManager(include_path=str(ZOO / "tasks"), include_defaults=False),
        apply_chat_template=chat,
        bootstrap_iters=0,
        log_samples=True,
        verbosity="ERROR",
    )
    return {task: _figure(report, task, metric) for task, metric in METRICS.items()}


def _figure(report: dict[str, Any], task: str, metric: str) -> Figure:
    value = report["results"][task][metric]
    name = metric.partition(",")[0]
    samples = [sample[name] for sample in report["samples"][task]]
    if isinstance(samples[0], tuple | list):
        return Figure(value, _ratio_error(samples))
    return Figure(value, math.sqrt(value * (1 - value) / len(samples)))


def _ratio_error(pairs: list[tuple[float, float]]) -> float:
    """Return the standard error of bits per byte over texts, by the delta method."""
    surprise, size = (sum(column) for column in zip(*pairs, strict=True))
    rate: float = surprise / size
    spread = sum((each - rate * weight) ** 2 for each, weight in pairs)
    error: float = math.sqrt(spread) / size / math.log(2)
    return error


def _stacks() -> list[Stack]:
    models = [(recipe.path,) for recipe in MODELS]
    return models + [(each.base, *each.parents, each.path) for each in ADAPTERS]


def _print(stack: Stack, measured: dict[Stack, Figures]) -> None:
    figures = measured[stack]
    cells = (f"{each.value:9.3f} ± {each.error:.3f}" for each in figures.values())
    print(f"{Path(stack[-1]).name:16}" + "".join(f"{cell:>17}" for cell in cells), flush=True)
    beneath = measured.get(stack[:-1])
    if beneath:
        steps = {task: figures[task].distance(beneath[task]) for task in METRICS}
        marks = (f"{step:+.1f} se{'*' if abs(step) > CLEAR else ' '}" for step in steps.values())
        print(f"  over {Path(stack[-2]).name:9}" + "".join(f"{mark:>17}" for mark in marks))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="what to measure; all by default")
    parser.add_argument("--chat", action="store_true", help="ask through the chat template")
    return parser.parse_args()


if __name__ == "__main__":
    main()
