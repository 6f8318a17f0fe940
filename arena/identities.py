"""What would give a contender away: its names, its layers' names, and who published them."""

import re

from arena.leaks import Name
from evals.models import Contender

MIN_CHARACTERS = 3
NO_IDENTITY = {"models", "adapters", "model", "adapter", "base", "baseline", "main", "local", "zoo"}
SEPARATED = re.compile(r"[-_/+.\d]")
KNOWN_MAX = 4096
_known: dict[tuple[int, str, str], tuple[Name, ...]] = {}


def at_hand(*contenders: Contender) -> tuple[Name, ...]:
    """Return the names that an answer of one of these contenders must not tell."""
    found = {name for each in contenders for name in _names(each)}
    return tuple(sorted(found))


def _names(contender: Contender) -> tuple[Name, ...]:
    """An identity never changes once created, so it is read once a process."""
    key = (contender.pk, contender.slug, contender.name)
    if key not in _known:
        if len(_known) >= KNOWN_MAX:
            _known.clear()
        told = {text for layer in contender.stack() for text in _told(layer)}
        _known[key] = tuple(Name(text, is_distinct=_is_distinct(text)) for text in told)
    return _known[key]


def _told(layer: Contender) -> set[str]:
    texts = {layer.name, layer.slug, layer.api_model}
    if layer.source == Contender.Source.HUB:
        texts.update(layer.locator.split("/"))
    elif layer.source == Contender.Source.DIRECTORY:
        texts.add(layer.locator.rsplit("/", 1)[-1])
    cleaned = {text.strip().lower() for text in texts}
    return {text for text in cleaned if len(text) >= MIN_CHARACTERS and text not in NO_IDENTITY}


def _is_distinct(text: str) -> bool:
    """Say whether nobody writes this by chance: it has a digit, a hyphen, a slash."""
    return len(text) >= 5 and SEPARATED.search(text) is not None
