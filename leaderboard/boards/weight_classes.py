"""Boxing's weight classes for models: who is fairly compared with whom, by memory really used.

What counts is what a server held while it answered, weights and cache together: that decides
which machine one needs. A contender whose memory nobody measured has no class yet.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

GIGABYTE = 1_000_000_000
CLASSES = (
    (1, gettext_noop("Atomweight")),
    (2, gettext_noop("Strawweight")),
    (4, gettext_noop("Flyweight")),
    (6, gettext_noop("Bantamweight")),
    (8, gettext_noop("Featherweight")),
    (12, gettext_noop("Lightweight")),
    (16, gettext_noop("Welterweight")),
    (24, gettext_noop("Middleweight")),
    (48, gettext_noop("Cruiserweight")),
)  # gigabytes at most, and the name
HEAVIEST = gettext_noop("Heavyweight")
NAMES = (*(name for _limit, name in CLASSES), HEAVIEST)


def weight_class(memory_bytes: int | None) -> str:
    """Return the class of an amount of memory; "" where it was not measured."""
    if memory_bytes is None:
        return ""
    held = memory_bytes / GIGABYTE
    return next((name for limit, name in CLASSES if held <= limit), HEAVIEST)


def limits(name: str) -> str:
    """Return the bounds of a class in words, such as "2 to 4 GB"."""
    at = NAMES.index(name)
    below = CLASSES[at - 1][0] if at else 0
    if name == HEAVIEST:
        return _("over %(least)s GB") % {"least": below}
    if not below:
        return _("up to %(most)s GB") % {"most": CLASSES[at][0]}
    return _("%(least)s to %(most)s GB") % {"least": below, "most": CLASSES[at][0]}
