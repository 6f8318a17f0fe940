"""Turns to answer: contenders that a stub speaks for, and what their stream told."""

from datetime import UTC, datetime
from typing import Any

import redis

from arena import streams
from arena.models import Battle, Turn
from evals.models import Contender, Deployment
from tests import factories
from tests.workers.stub_llm import Script, Stub
from workers import answering

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SCRIPTS = {
    "fast": Script(tuple("fast words " for _ in range(30)), pause_s=0.003),
    "slow": Script(tuple("slow words " for _ in range(12)), pause_s=0.04),
    "short": Script(("ok",)),
    "empty": Script(()),
    "spoiled": Script(("  <|im_", "start|>clean", "</s>", "\x00 text ")),
    "cut": Script(("and so on and",), finish_reason="length"),
    "broken": Script(("half",), finish_reason=None),
    "narrow": Script(("ok",), longest=1),
    "hanging": Script(("x",), before_s=2),
}


def deployed(stub: Stub, served_name: str) -> Contender:
    contender = factories.model()
    Deployment.objects.create(
        contender=contender,
        machine="here",
        url=stub.url,
        served_name=served_name,
        state=Deployment.State.READY,
        started_at=NOON,
        answered_at=NOON,
    )
    return contender


def asked(stub: Stub, a: str, b: str) -> Turn:
    return factories.battle(deployed(stub, a), deployed(stub, b), answers=None).turns.get()


def answer(turn: Turn) -> Battle:
    answering.answer(turn_id=turn.pk, clock=lambda: NOON)
    return Battle.objects.get(pk=turn.battle_id)


def told(valkey: redis.Redis, turn: Turn) -> list[tuple[int, dict[str, str]]]:
    """Return the stream's frames with their numbers."""
    entries: Any = valkey.xrange(streams.key(turn.pk))
    return [
        (int(entry.decode().split("-")[1]), {k.decode(): v.decode() for k, v in fields.items()})
        for entry, fields in entries
    ]


def texts(valkey: redis.Redis, turn: Turn) -> dict[str, str]:
    """Return what each side's text frames add up to."""
    frames = [fields for _, fields in told(valkey, turn) if fields["kind"] == "text"]
    return {side: "".join(f["text"] for f in frames if f["side"] == side) for side in "AB"}
