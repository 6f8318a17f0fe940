"""Counts with their nouns, in the reader's language: every noun that is counted stands here.

Languages differ in how many forms a noun has and when each is used, so nobody appends an "s".
"""

from django.utils.translation import ngettext_lazy

NOUNS = {
    "adapter": ngettext_lazy("%(count)s adapter", "%(count)s adapters", "number"),
    "battle": ngettext_lazy("%(count)s battle", "%(count)s battles", "number"),
    "benchmark": ngettext_lazy("%(count)s benchmark", "%(count)s benchmarks", "number"),
    "contender": ngettext_lazy("%(count)s contender", "%(count)s contenders", "number"),
    "counted vote": ngettext_lazy("%(count)s counted vote", "%(count)s counted votes", "number"),
    "layer": ngettext_lazy("%(count)s layer", "%(count)s layers", "number"),
    "more line": ngettext_lazy("%(count)s more line", "%(count)s more lines", "number"),
    "pair": ngettext_lazy("%(count)s pair", "%(count)s pairs", "number"),
    "question": ngettext_lazy("%(count)s question", "%(count)s questions", "number"),
    "shot": ngettext_lazy("%(count)s shot", "%(count)s shots", "number"),
    "tie": ngettext_lazy("%(count)s tie", "%(count)s ties", "number"),
    "token": ngettext_lazy("%(count)s token", "%(count)s tokens", "number"),
    "vote": ngettext_lazy("%(count)s vote", "%(count)s votes", "number"),
    "week": ngettext_lazy("%(count)s week", "%(count)s weeks", "number"),
}


def counted(count: int, noun: str, written: str) -> str:
    """Return a count, written as numbers are here, with the form of its noun."""
    return str(NOUNS[noun] % {"number": count, "count": written})
