"""What is asked and who is asked: the zoo's suite, and eight adapters of one base."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from workers.engines.orders import BenchmarkSpec

ROOT = Path(__file__).resolve().parents[2]
ZOO = ROOT / "zoo"
TASKS_DIR = ZOO / "tasks"
BASE = ZOO / "models" / "heron"
STACKS = (  # the zoo's own layers and stacks of them; all are plain adapters of heron
    ("instruct",),
    ("stories",),
    ("almanac",),
    ("sums",),
    ("dialogue",),
    ("instruct", "sums"),
    ("instruct", "sums", "dialogue"),
    ("instruct", "stories"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One benchmark of the suite."""

    key: str
    kind: str  # lm-eval's output type
    spec: BenchmarkSpec


def benchmarks(*, limit: int | None) -> list[Asked]:
    """Return the zoo's suite as its file says."""
    described: dict[str, Any] = yaml.safe_load((ROOT / "evals/suites/zoo.yaml").read_text())
    return [_asked(each, limit) for each in described["benchmarks"]]


def _asked(entry: dict[str, Any], limit: int | None) -> Asked:
    spec = BenchmarkSpec(
        task=entry["task"],
        metric=entry["metric"],
        filter=entry.get("filter", "none"),
        shots=entry.get("shots", 0),
        is_chat=entry.get("chat", False),
    )
    return Asked(entry["key"], entry["output_type"], replace(spec, limit=limit))


def adapters(count: int) -> dict[str, list[Path]]:
    """Return the layers of so many adapters of the base, by name."""
    return {
        "-".join(layers): [ZOO / "adapters" / layer for layer in layers]
        for layers in STACKS[:count]
    }
