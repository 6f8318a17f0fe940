"""Names that people give or that follow from a path: checked, defaulted, made into slugs."""

import re
import unicodedata

from django.utils.text import slugify
from django.utils.translation import gettext as _

from evals.models import Contender
from evals.problems import Problem

NAME_MAX = 120
SLUG_MAX = 100
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")  # noqa: RUF001 - that is the point
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def has_control(text: str, *, allowed: str = "") -> bool:
    """Say whether a text holds characters that cannot be seen or stored."""
    return any(unicodedata.category(each) in INVISIBLE and each not in allowed for each in text)


def check(name: str, *, field: str = "name") -> Problem | None:
    """Return what is wrong with a name that a person gave; None: nothing."""
    if has_control(name):
        return Problem(
            field, "CONTROL_CHARACTERS", _("Leave invisible characters out of the name.")
        )
    if len(name) > NAME_MAX:
        return Problem(
            field, "TOO_LONG", _("Give a name of at most %(most)s characters.") % {"most": NAME_MAX}
        )
    if name.startswith(FORMULA_STARTS):
        return Problem(field, "BAD_NAME", _("Begin the name with a letter or a digit."))
    if any(each in name for each in "<>\\`{}"):
        return Problem(field, "BAD_NAME", _("Leave < > \\ ` { } out of the name."))
    if name and not any(each.isalnum() for each in name):
        return Problem(field, "BAD_NAME", _("Give a name with at least one letter or digit."))
    return None


def default(*, locator: str, is_directory: bool, api_model: str, parent: Contender | None) -> str:
    """Return the name that follows from where it lies: "Heron", "Heron + instruct"."""
    last = (api_model or locator).rstrip("/").rpartition("/")[2]
    if parent is not None:
        base = f"{parent.root().name.lower()}-"  # "wren-instruct" on Wren is "Wren + instruct"
        layer = last[len(base) :] if last.lower().startswith(base) else last
        return _shortened(f"{parent.name} + {layer or last}")
    return _shortened(last[:1].upper() + last[1:] if is_directory else last)


def slug_for(name: str, *, revision: str) -> str:
    """Return a free slug: the name's, then with the revision, then with a number."""
    stem = slugify(name)[:SLUG_MAX].strip("-") or "contender"
    pinned = f"{stem}-{revision.removeprefix('sha256:')[:7]}" if revision else stem
    taken = set(
        Contender.objects.filter(slug__startswith=stem[:SLUG_MAX]).values_list("slug", flat=True)
    )
    for slug in (stem, pinned):
        if slug not in taken:
            return slug
    number = 2
    while f"{pinned}-{number}" in taken:
        number += 1
    return f"{pinned}-{number}"


def _shortened(name: str) -> str:
    plain = "".join(each for each in name if unicodedata.category(each) not in INVISIBLE)
    plain = re.sub(r"[<>\\`{}]", "", plain).lstrip("".join(FORMULA_STARTS) + " ") or "Unnamed"
    return plain if len(plain) <= NAME_MAX else f"{plain[: NAME_MAX - 1]}…"
