"""Figures with their targets: a table to read, a line of JSON to keep, an exit code to trust."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One measured number. With a target it has to be at most (or at least) that."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    samples: int = 1

    @property
    def holds(self) -> bool:
        """Tell whether the target is met; a figure without one always holds."""
        if self.at_most is not None and not self.value <= self.at_most:
            return False
        return self.at_least is None or self.value >= self.at_least

    @property
    def target(self) -> str:
        """Return the target as the table shows it."""
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return "" if self.at_least is None else f">= {self.at_least:g}"


def of(
    name: str, values: Sequence[float], unit: str, *, at_most: float | None = None
) -> list[Figure]:
    """Return the median and the worst of several measurements; the target is for the worst."""
    count = len(values)
    return [
        Figure(f"{name}, median", median(values), unit, samples=count),
        Figure(f"{name}, worst", max(values), unit, at_most=at_most, samples=count),
    ]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned lines."""
    width = max(len(figure.name) for figure in figures)
    return "\n".join(
        f"{'✓' if figure.holds else '✗'} {figure.name:<{width}}  {figure.value:>10.3f} "
        f"{figure.unit:<8} {figure.target:<10} n={figure.samples}"
        for figure in figures
    )


def close(benchmark: str, figures: Sequence[Figure], *, kept: Path | None = None) -> int:
    """Print everything, keep the last line in a file if one is named, return the exit code."""
    holds = all(figure.holds for figure in figures)
    line = json.dumps(_told(benchmark, figures, holds=holds))
    print(table(figures))
    print(line)
    if kept is not None:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(f"{line}\n")
    return 0 if holds else 1


def _told(benchmark: str, figures: Sequence[Figure], *, holds: bool) -> dict[str, object]:
    return {
        "benchmark": benchmark,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "holds": holds,
        "figures": [
            {
                "name": each.name,
                "value": round(each.value, 4),
                "unit": each.unit,
                "at_most": each.at_most,
                "at_least": each.at_least,
                "samples": each.samples,
                "holds": each.holds,
            }
            for each in figures
        ],
    }
