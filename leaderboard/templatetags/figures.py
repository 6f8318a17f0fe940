"""How numbers are written: one spelling for each kind, wherever it appears.

A missing or non-finite number is an en dash, never a zero. Decimals, thousands and units are
those of the reader's language; what a program reads is never written here. Arithmetic lives
elsewhere.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache

from django import template
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _

from leaderboard.web import nouns, sayings

register = template.Library()

MISSING = "–"  # noqa: RUF001 - the typographer's dash for "nothing here"
MINUS = "\u2212"  # as wide as a plus sign, so that columns of differences align
THIN = "\u202f"  # a narrow space that does not break
BYTES = (
    (gettext_noop("TB"), 1e12),
    (gettext_noop("GB"), 1e9),
    (gettext_noop("MB"), 1e6),
    (gettext_noop("kB"), 1e3),
)
DOLLARS, BETWEEN = gettext_noop("$%(amount)s"), gettext_noop("%(lower)s to %(upper)s")


_language: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def in_one_language() -> Iterator[None]:
    """Write numbers in the reader's language without asking for it each time, which is slow."""
    former = _language.set(get_language() or "en")
    try:
        yield
    finally:
        _language.reset(former)


def language() -> str:
    """Return the reader's language."""
    return _language.get() or get_language() or "en"


def phrase(text: str) -> str:
    """Return one of our own sentences, which is read from the catalogue only once."""
    return _phrase(language(), text)


@cache
def _phrase(language: str, text: str) -> str:  # noqa: ARG001 - the key: the language is active
    return _(text)


def _is_missing(value: object) -> bool:
    if isinstance(value, float | int):
        return not math.isfinite(value)
    return value is None or value == "" or not math.isfinite(float(str(value)))


@cache
def _signs(language: str) -> dict[int, str]:
    """Return what stands for the point and the comma of an English number."""
    thousand = get_format("THOUSAND_SEPARATOR", language)
    return str.maketrans(
        {
            ".": get_format("DECIMAL_SEPARATOR", language),
            ",": thousand.replace("\N{NO-BREAK SPACE}", THIN),
        }
    )


def spelled(number: str) -> str:
    """Return a number, written in English, as the reader's language writes it."""
    return number.translate(_signs(language()))


def _number(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    is_negative = value < 0 and float(text.replace(",", "")) != 0
    return spelled(f"{MINUS}{text}" if is_negative else text)


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
    held = float(value or 0)
    units = tuple((phrase(name), scale) for name, scale in BYTES)
    return _scaled(held, units) + ("" if held >= 999.5 else THIN + pgettext("bytes", "B"))


def _scaled(value: float, units: tuple[tuple[str, float], ...]) -> str:
    for unit, scale in units:
        if value >= 0.9995 * scale:
            scaled = value / scale
            text = f"{scaled:.{0 if scaled >= 100 else 1}f}".removesuffix(".0")
            return spelled(text) + THIN + unit
    return f"{value:.0f}"


@register.filter
def dollars(value: float | None) -> str:
    """Write dollars with two significant digits below one, cents above."""
    if _is_missing(value):
        return MISSING
    amount = float(value or 0)
    digits = 2 if amount >= 1 or amount == 0 else max(2, _digits(amount))
    written = f"{amount:,.0f}" if amount >= 1000 else f"{amount:.{digits}f}"
    return phrase(DOLLARS) % {"amount": spelled(written)}


@register.filter
def watt_hours(value: float | None) -> str:
    """Write an amount of energy."""
    if _is_missing(value):
        return MISSING
    held = float(value or 0)
    if held >= 10_000:
        return f"{_number(held / 1000, 1)}{THIN}kWh"
    digits = 2 if held < 1 else 1 if held < 100 else 0
    return f"{_number(held, digits)}{THIN}Wh"


@register.filter
def duration(seconds: float | None) -> str:
    """Write a span of time the way a person says it."""
    if _is_missing(seconds):
        return MISSING
    span = timedelta(seconds=round(float(seconds or 0)))
    hours, rest = divmod(span.seconds, 3600)
    if span.days:
        return f"{span.days}{THIN}{pgettext('days', 'd')} {hours}{THIN}h"
    if hours:
        return f"{hours}{THIN}h {rest // 60}{THIN}min"
    if rest >= 60:
        return f"{rest // 60}{THIN}min {rest % 60}{THIN}s"
    return f"{rest}{THIN}s"


@register.filter
def plural(count: int, word: str) -> str:
    """Write a count with its noun."""
    return nouns.counted(count, word, whole(count))


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


def between(lower: str, upper: str) -> str:
    """Write an interval, both ends written already."""
    return phrase(BETWEEN) % {"lower": lower, "upper": upper}


@register.filter
def weight(name: str) -> str:
    """Write the name of a weight class; nothing where there is none."""
    return _(name) if name else ""


register.filter(sayings.said)


@register.filter
def verdict(word: str) -> str:
    """Say a verdict of a test of two scores: the design's class names are English."""
    return {"better": _("better"), "worse": _("worse"), "noise": _("within noise")}[word]


@register.filter
def uncapped(text: str) -> str:
    """Begin a phrase with a small letter, and leave the rest of it alone."""
    return text[:1].lower() + text[1:]
