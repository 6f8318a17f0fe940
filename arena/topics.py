"""What each of many battles was about, for the published data: language, code, turns, categories.

The ledger knows it of every vote that ever counted, also after what was said has been erased; the
rules of `arena.categories` are asked about the rest. A fixed number of queries for any number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from arena import categories
from arena.categories import BY_KEY
from arena.models import LedgerEntry, Turn

UNKNOWN = "unknown"  # as the field's data sets have it
LANGUAGES = ("english", "german", "french", "spanish", "chinese", "japanese", "korean", "russian")


@dataclass(frozen=True, slots=True)
class Topic:
    """One battle's columns."""

    turn: int  # prompts in it; 0: what was said is erased
    language: str
    is_code: bool
    category: list[str]


def of(battles: Mapping[int, UUID]) -> dict[UUID, Topic]:
    """Return the topic of every battle, given as {vote: battle}."""
    bits = _from_ledger(battles)
    bits.update(_from_prompts([each for each in battles.values() if each not in bits]))
    turns = _turns(list(battles.values()))
    return {each: _topic(bits.get(each, 0), turns.get(each, 0)) for each in battles.values()}


def _topic(bits: int, turns: int) -> Topic:
    keys = categories.keys(bits)
    language = next((BY_KEY[key].label for key in keys if key in LANGUAGES), UNKNOWN)
    return Topic(turn=turns, language=language, is_code="code" in keys, category=keys)


def _from_ledger(battles: Mapping[int, UUID]) -> dict[UUID, int]:
    entered = LedgerEntry.objects.filter(vote__in=list(battles), sign=1)
    known = entered.values_list("vote", "categories")
    return {battles[vote]: bits for vote, bits in known}


def _from_prompts(battles: list[UUID]) -> dict[UUID, int]:
    said: dict[UUID, list[str]] = {}
    turns = _said(battles).order_by("battle", "number")
    for battle, prompt in turns.values_list("battle", "prompt"):
        said.setdefault(battle, []).append(prompt)
    return {battle: categories.of(prompts) for battle, prompts in said.items()}


def _turns(battles: list[UUID]) -> dict[UUID, int]:
    counted = _said(battles).order_by().values_list("battle").annotate(count=Count("pk"))
    return dict(counted)


def _said(battles: list[UUID]) -> QuerySet[Turn]:
    """Return the turns whose prompts are not erased."""
    return Turn.objects.filter(battle__in=battles).exclude(prompt="")
