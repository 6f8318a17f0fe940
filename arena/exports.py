"""Votes and conversations as others may have them: the field's columns, nobody's identity.

A voter is a keyed hash. Conversations are those of voters who agreed, with personal data taken
out. A contender that is not public appears nowhere. Rows are read in portions by primary key, so
memory stays flat for any number of votes, on both databases.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from arena import topics
from arena.models import Consent, Ruling, Side, Turn, Vote
from arena.redaction import redacted

PORTION = 2_000
WINNERS = MappingProxyType(
    {"A": "model_a", "B": "model_b", "TIE": "tie", "BOTH_BAD": "tie (bothbad)"}
)
Row = dict[str, Any]


def votes(*, everything: bool = False) -> Iterator[list[Row]]:
    """Yield portions of the counted votes in their order; with `everything`, also the others."""
    return _portions(_public() if everything else _public().counted(), lambda rows: rows)


def conversations() -> Iterator[list[Row]]:
    """Yield portions of the judged battles whose voters agreed, with what was said.

    What staff withdrew is not among them.
    """
    agreed = Consent.objects.values("voter")
    erased = Turn.objects.filter(prompt="").values("battle")
    withdrawn = Ruling.objects.withdrawing().values("battle")
    said = _public().filter(voter__in=agreed).exclude(battle__in=erased)
    return _portions(said.exclude(battle__in=withdrawn), _with_turns)


def hashed(voter: str) -> str:
    """Return a voter's name in exports: the same in each of ours, nothing anywhere else."""
    salt = (settings.EXPORT_SALT or settings.SECRET_KEY).encode()
    return hmac.new(salt, f"export {voter}".encode(), hashlib.sha256).hexdigest()[:24]


def _public() -> "Any":
    return Vote.objects.filter(
        battle__contender_a__is_listed=True, battle__contender_b__is_listed=True
    )


def _portions(
    found: QuerySet[Vote], complete: Callable[[list[Row]], list[Row]]
) -> Iterator[list[Row]]:
    last = 0
    while rows := list(
        found.filter(pk__gt=last)
        .order_by("pk")
        .values_list(
            "pk",
            "battle",
            "battle__contender_a__slug",
            "battle__contender_b__slug",
            "choice",
            "voter",
            "exclusion",
            "cast_at",
            "battle__propensity",
            "battle__policy",
        )[:PORTION]
    ):
        last = rows[-1][0]
        about = topics.of({each[0]: each[1] for each in rows})
        yield complete([_row(*each[1:]) | asdict(about[each[1]]) for each in rows])


def _row(
    battle: Any,
    a: str,
    b: str,
    choice: str,
    voter: str,
    exclusion: str,
    cast_at: Any,
    propensity: float,
    policy: str,
) -> Row:
    return {
        "question_id": str(battle),
        "model_a": a,
        "model_b": b,
        "winner": WINNERS[choice],
        "judge": hashed(voter),
        "anony": True,
        "tstamp": cast_at.timestamp(),
        "propensity": propensity,
        "policy": policy,
        "exclusion": exclusion,
    }


def _with_turns(rows: list[Row]) -> list[Row]:
    """Add what was said to each battle, as both sides heard it."""
    said: dict[str, dict[str, list[dict[str, str]]]] = {}
    turns = Turn.objects.filter(battle__in=[each["question_id"] for each in rows])
    for turn in turns.order_by("battle", "number").prefetch_related("responses"):
        sides = said.setdefault(str(turn.battle_id), {side: [] for side in Side.values})
        for response in turn.responses.all():
            sides[response.side] += [
                {"role": "user", "content": redacted(turn.prompt)},
                {"role": "assistant", "content": redacted(response.text)},
            ]
    for row in rows:
        sides = said.get(row["question_id"], {})
        row["conversation_a"], row["conversation_b"] = sides.get("A", []), sides.get("B", [])
    return rows
