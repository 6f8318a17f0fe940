"""How numbers are written: one spelling for each kind, wherever it appears.

A missing or non-finite number is an en dash, never a zero. Arithmetic lives elsewhere.
"""

import math
from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()

MISSING = "–"  # noqa: RUF001 - the typographer's dash for "nothing here"
MINUS = "\u2212"  # as wide as a plus sign, so that columns of differences align
THIN = "\u202f"  # a narrow space that does not break


def _is_missing(value: object) -> bool:
    return value is None or value == "" or not math.isfinite(float(str(value)))


def _number(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    is_negative = value < 0 and float(text.replace(",", "")) != 0
    return f"{MINUS}{text}" if is_negative else text


def _digits(value: float, significant: int = 2) -> int:
    """Return the decimals that leave so many significant digits, at most six."""
    if value == 0:
        return 0
    return max(0, min(6, significant - 1 - math.floor(math.log10(abs(value)))))


@register.filter
def points(value: float | None, digits: int = 1) -> str:
    """Write a number with a fixed count of decimals."""
    return MISSING if _is_missing(value) else _number(float(value or 0), digits)


@register.filter
def signed(value: float | None, digits: int = 1) -> str:
    """Write a difference with its sign."""
    if _is_missing(value):
        return MISSING
    text = _number(float(value or 0), digits)
    return text if text.startswith(MINUS) else f"+{text}"


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """Write a share of one as per cent, without the sign (the heading has it)."""
    return MISSING if _is_missing(value) else _number(100 * float(value or 0), digits)


@register.filter
def whole(value: float | None) -> str:
    """Write a number without decimals, thousands apart."""
    return MISSING if _is_missing(value) else _number(float(value or 0), 0)


@register.filter
def size(value: int | None) -> str:
    """Write a count of parameters: 60 k, 1.5 M, 7 B."""
    if _is_missing(value):
        return MISSING
    return _scaled(float(value or 0), (("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)))


@register.filter
def bytes_(value: int | None) -> str:
    """Write an amount of memory in decimal units."""
    if _is_missing(value):
        return MISSING
    units = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
    text = _scaled(float(value or 0), units)
    return text if text[-1] == "B" else f"{text}{THIN}B"


def _scaled(value: float, units: tuple[tuple[str, float], ...]) -> str:
    for unit, scale in units:
        if value >= 0.9995 * scale:
            scaled = value / scale
            return f"{scaled:.{0 if scaled >= 100 else 1}f}".removesuffix(".0") + THIN + unit
    return f"{value:.0f}"


@register.filter
def dollars(value: float | None) -> str:
    """Write dollars with two significant digits below one, cents above."""
    if _is_missing(value):
        return MISSING
    amount = float(value or 0)
    if amount >= 1000:
        return f"${amount:,.0f}"
    return f"${amount:.{2 if amount >= 1 or amount == 0 else max(2, _digits(amount))}f}"


@register.filter
def duration(seconds: float | None) -> str:
    """Write a span of time the way a person says it."""
    if _is_missing(seconds):
        return MISSING
    span = timedelta(seconds=round(float(seconds or 0)))
    hours, rest = divmod(span.seconds, 3600)
    if span.days:
        return f"{span.days}{THIN}d {hours}{THIN}h"
    if hours:
        return f"{hours}{THIN}h {rest // 60}{THIN}min"
    if rest >= 60:
        return f"{rest // 60}{THIN}min {rest % 60}{THIN}s"
    return f"{rest}{THIN}s"


@register.filter
def plural(count: int, word: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


@register.filter
def in_unit(value: float | None, is_percent: bool) -> str:
    """Write a score in its benchmark's unit: per cent, or the metric's own."""
    return percent(value) if is_percent else points(value, 3)


@register.filter
def change_in_unit(value: float | None, is_percent: bool) -> str:
    """Write a difference of scores in the benchmark's unit, with its sign."""
    if _is_missing(value):
        return MISSING
    return signed(100 * float(value or 0)) if is_percent else signed(value, 3)


@register.filter
def arrow(value: float) -> str:
    """Draw which way a difference goes."""
    return "▲" if value > 0 else "▼" if value < 0 else "◆"


@register.filter
def verdict(word: str) -> str:
    """Say a verdict of a test of two scores: the design's class names are English."""
    return {"better": _("better"), "worse": _("worse"), "noise": _("within noise")}[word]


@register.filter
def uncapped(text: str) -> str:
    """Begin a phrase with a small letter, and leave the rest of it alone."""
    return text[:1].lower() + text[1:]
