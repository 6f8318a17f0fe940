"""Small drawings inside a row: an interval, a bar, a step of a waterfall. Plain SVG, no script.

Every drawing repeats a number that stands beside it as text, so none of them is read aloud.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evals.models import Benchmark
from leaderboard.rows import Gain, RatingCell
from leaderboard.templatetags import figures

register = template.Library()

UNITS: dict[str, Callable[[float | None], str]] = {
    "points": figures.signed,
    "whole": lambda value: figures.signed(value, 0),
    "percent": lambda value: figures.change_in_unit(value, True),
    "own": lambda value: figures.change_in_unit(value, False),
}

WIDTH = 72.0  # units of the interval's box; the sheet scales it
PAD = 4.0


@register.inclusion_tag("drawings/_interval.html")
def interval(rating: RatingCell, scale: tuple[float, float], anchor: float) -> dict[str, Any]:
    """Draw a rating with its 95 % interval on a scale shared by the whole column."""
    return {
        "lower": _place(rating.lower, scale),
        "upper": _place(rating.upper, scale),
        "value": _place(rating.value, scale),
        "anchor": _place(anchor, scale),
        "is_provisional": rating.is_provisional,
    }


@register.inclusion_tag("drawings/_bar.html")
def bar(value: float | None, mark: float | None = None) -> dict[str, Any]:
    """Draw a value of 0 to 100 as a bar, with a tick where the baseline stands."""
    return {
        "length": round(max(0.0, min(100.0, value or 0.0)), 1),
        "mark": None if mark is None else round(max(0.0, min(100.0, mark)), 1),
    }


@register.inclusion_tag("drawings/_step.html")
def step(start: float, end: float, verdict: str) -> dict[str, Any]:
    """Draw one step of a waterfall between two positions of 0 to 100."""
    left, right = sorted((max(0.0, min(100.0, start)), max(0.0, min(100.0, end))))
    return {
        "left": round(left, 1),
        "length": round(max(right - left, 0.8), 1),
        "start": round(max(0.0, min(100.0, start)), 1),
        "end": round(max(0.0, min(100.0, end)), 1),
        "verdict": verdict,
    }


@register.simple_tag
def change(gain: Gain | None, unit: str, parent: str) -> SafeString:
    """Write what a layer changed: an arrow, a sign, a colour, and the words behind it.

    A tag and not a template, because a board has thousands of them.
    """
    if not gain:  # None, or "" where a template found no rating at all
        return SafeString()
    write = UNITS[unit]
    return format_html(
        '<span class="gain {}" title="{} ± {} against {}">{} {}'
        '<span class="visually-hidden"> {}</span></span>',
        gain.verdict,
        write(gain.difference),
        write(gain.stderr).removeprefix("+"),
        parent,
        figures.arrow(gain.difference),
        write(gain.difference),
        "within noise" if gain.is_noise else f"{gain.verdict} than its parent",
    )


@register.filter
def unit(benchmark: Benchmark) -> str:
    """Return how changes of a benchmark's scores are written."""
    return "percent" if benchmark.is_percent else "own"


@register.filter
def lookup(values: Mapping[str, Any] | None, key: str) -> Any:
    """Return the value under a key that only the page knows, such as a benchmark's."""
    return values.get(key) if values else None


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = (value - low) / (high - low) if high > low else 0.5
    return round(PAD + max(0.0, min(1.0, share)) * (WIDTH - 2 * PAD), 1)
