"""Small drawings inside a row: an interval, a bar, a step of a waterfall. Plain SVG, no script.

Every drawing repeats a number that stands beside it as text, so none of them is read aloud.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from evals.models import Benchmark
from leaderboard.boards.rows import Gain, RatingCell
from leaderboard.templatetags import figures

register = template.Library()

UNITS: dict[str, Callable[[float | None], str]] = {
    "points": figures.signed,
    "whole": lambda value: figures.signed(value, 0),
    "percent": lambda value: figures.change_in_unit(value, True),
    "own": lambda value: figures.change_in_unit(value, False),
}

AGAINST = gettext_noop("%(change)s ± %(error)s against %(name)s")
WORDS = {
    "better": gettext_noop("better than its parent"),
    "worse": gettext_noop("worse than its parent"),
    "noise": gettext_noop("within noise"),
}

WIDTH = 72.0  # units of the interval's box; the sheet scales it
PAD = 4.0


def interval_text(rating: RatingCell, scale: tuple[float, float], anchor: float) -> str:
    """Draw a rating with its 95 % interval on a scale shared by the whole column."""
    low, high, middle = (_place(each, scale) for each in (rating.lower, rating.upper, rating.value))
    kind = " interval-provisional" if rating.is_provisional else ""
    return (
        f'<svg class="interval{kind}" viewBox="0 0 72 12" width="72" height="12"'
        f' aria-hidden="true" focusable="false">'
        f'<path class="interval-anchor" d="M{_place(anchor, scale)} 0v12"/>'
        f'<path class="interval-line" d="M{low} 6H{high}M{low} 3v6M{high} 3v6"/>'
        f'<circle class="interval-value" cx="{middle}" cy="6" r="3"/></svg>'
    )


def bar_text(value: float, mark: float | None = None) -> str:
    """Draw a value of 0 to 100 as a bar, with a tick where the baseline stands."""
    tick = (
        ""
        if mark is None
        else f'<rect class="bar-mark" x="{_percent(mark)}" width="1" height="4"/>'
    )
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="bar-track" width="100" height="4"/>'
        f'<rect class="bar-fill" width="{_percent(value)}" height="4"/>{tick}</svg>'
    )


@register.simple_tag
def winbar(share: float) -> SafeString:
    """Draw a share of battles won, with a tick at a half."""
    return SafeString(bar_text(100 * share, 50.0))


@register.simple_tag
def interval(rating: RatingCell, scale: tuple[float, float], anchor: float) -> SafeString:
    """Draw a rating with its interval, in a template."""
    return SafeString(interval_text(rating, scale, anchor))


@register.simple_tag
def step(start: float, end: float, verdict: str) -> SafeString:
    """Draw one step of a waterfall between two positions of 0 to 100."""
    left, right = sorted((max(0.0, min(100.0, start)), max(0.0, min(100.0, end))))
    return SafeString(
        '<svg class="step" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="step-track" width="100" height="14"/>'
        f'<rect class="step-{verdict}" x="{left:.1f}" y="3"'
        f' width="{max(right - left, 0.8):.1f}" height="8"/>'
        f'<rect class="step-end" x="{_percent(end)}" y="0" width="0.8" height="14"/></svg>'
    )


@register.simple_tag
def change(gain: Gain | None, unit: str, parent: str, has_error: bool = False) -> SafeString:
    """Write what a layer changed: an arrow, a sign, a colour, and the words behind it.

    A tag and not a template, because a board has thousands of them; so the error stands beside
    only where there is room for it, and else in the hint.
    """
    if not gain:  # None, or "" where a template found no rating at all
        return SafeString()
    write = UNITS[unit]
    change_, error = write(gain.difference), write(gain.stderr).removeprefix("+")
    words, hint = figures.phrase(WORDS[gain.verdict]), figures.phrase(AGAINST)
    told = hint % {"change": change_, "error": error, "name": parent}
    beside = f" <small>±{error}</small>" if has_error else ""
    return SafeString(
        f'<span class="gain {gain.verdict}" title="{escape(told)}">'
        f"{figures.arrow(gain.difference)} {change_}{beside}"
        f'<span class="visually-hidden"> {words}</span></span>'
    )


@register.filter
def unit(benchmark: Benchmark) -> str:
    """Return how changes of a benchmark's scores are written."""
    return "percent" if benchmark.is_percent else "own"


@register.filter
def lookup(values: Mapping[str, Any] | None, key: str) -> Any:
    """Return the value under a key that only the page knows, such as a benchmark's."""
    return values.get(key) if values else None


def _percent(value: float) -> float:
    return round(max(0.0, min(100.0, value)), 1)


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = (value - low) / (high - low) if high > low else 0.5
    return round(PAD + max(0.0, min(1.0, share)) * (WIDTH - 2 * PAD), 1)
