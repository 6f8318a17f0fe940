"""What workers and rules wrote down in English, said in the reader's language.

Rows keep English, the same for everybody. A sentence without variables is looked up as it is;
one with variables is known by its shape, below. What has neither is shown as it was written.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

SHAPES = (
    gettext_noop("Waiting for the API of %(name)s"),
    gettext_noop("Loading the adapter %(name)s"),
    gettext_noop("Merging the layers and starting the engine for %(name)s"),
    gettext_noop("Starting the engine for %(name)s"),
    gettext_noop("Fetching the files of %(name)s"),
    gettext_noop("Measuring speed and cost"),
    gettext_noop("Measuring %(name)s"),
    gettext_noop("Proving that the adapter is applied"),
    gettext_noop("Attempt %(number)s begins"),
    gettext_noop("Waiting to be tried again: %(why)s"),
    gettext_noop("Waiting for a worker to go on"),
    gettext_noop("Somebody asked to stop it"),
    gettext_noop("Somebody asked to go on with it"),
    gettext_noop("The worker disappeared"),
    gettext_noop("Its worker disappeared every time: run it again, or tell the operator"),
    gettext_noop("Reported from a results file; not measured here"),
    gettext_noop("The adapter is not applied: %(why)s"),
    gettext_noop("It is applied: %(nats)s nats from PEFT's answers"),
    gettext_noop("The adapter says it was trained on %(declared)s, and it stands on %(base)s"),
    gettext_noop("Ratings follow the rule %(rule)s"),
    gettext_noop("Pairs are drawn by the weights %(rule)s"),
    gettext_noop("%(name)s entered the arena. Its votes stay"),
    gettext_noop("%(name)s left the arena. Its votes stay"),
    gettext_noop("A series of votes was reviewed by staff and counts again"),
    gettext_noop("A series of votes by one voter was found anomalous and is left out"),
)
PLACE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def said(sentence: str) -> str:
    """Return a sentence of ours in the reader's language, with or without its full stop."""
    if not sentence or (get_language() or "en") == "en":
        return sentence
    for ending in ("", "."):  # of a part, the stop was taken off
        if (known := _(sentence + ending)) != sentence + ending:
            return known.removesuffix(ending)
    body, stop = (sentence[:-1], ".") if sentence.endswith(".") else (sentence, "")
    for shape, pattern in _patterns():
        if found := pattern.fullmatch(body):
            parts = {name: said(part) for name, part in found.groupdict().items()}
            return _(shape) % parts + stop
    return sentence


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return each shape with what recognises it."""
    return [(shape, re.compile(_pattern(shape), re.DOTALL)) for shape in SHAPES]


def _pattern(shape: str) -> str:
    escaped = re.escape(shape)
    return PLACE.sub(lambda place: f"(?P<{place[1] or place[2]}>.+?)", escaped)
