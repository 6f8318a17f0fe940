"""Battles, votes and ratings."""

from datetime import UTC, datetime
from typing import Any

from arena.models import Battle, Rating, RatingSnapshot, Response, Side, Turn, Vote
from evals.models import Contender
from tests.factories import evals

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def battle(
    contender_a: Contender | None = None,
    contender_b: Contender | None = None,
    *,
    prompt: str = "What is 2 plus 2?",
    answers: tuple[str, str] | None = ("4", "four"),
    **fields: Any,
) -> Battle:
    """Return a battle; answered and ready for a vote unless told otherwise."""
    defaults: dict[str, Any] = {
        "voter": "ada",
        "contender_a": contender_a or evals.model(),
        "contender_b": contender_b or evals.model(),
        "propensity": 0.5,
        "policy": "test",
        "state": Battle.State.READY if answers else Battle.State.ANSWERING,
        "created_at": NOON,
    }
    made = Battle.objects.create(**(defaults | fields))
    over = made.state != Battle.State.ANSWERING
    turn = Turn.objects.create(
        battle=made, number=1, prompt=prompt, created_at=NOON, ended_at=NOON if over else None
    )
    for side, text in zip(Side.values, answers or (), strict=False):
        Response.objects.create(turn=turn, side=side, text=text, tokens=3, finished_at=NOON)
    return made


def vote(battle: Battle, choice: str = "A", **fields: Any) -> Vote:
    """Return a verdict, with its battle marked as voted."""
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.VOTED)
    defaults: dict[str, Any] = {"voter": battle.voter, "cast_at": NOON}
    return Vote.objects.create(battle=battle, choice=choice, **(defaults | fields))


def snapshot(**fields: Any) -> RatingSnapshot:
    """Return a fit."""
    defaults: dict[str, Any] = {
        "created_at": NOON,
        "votes": 100,
        "policy": "ties-half-v1",
        "seconds": 0.01,
    }
    return RatingSnapshot.objects.create(**(defaults | fields))


def rating(
    snapshot: RatingSnapshot, contender: Contender, value: float = 1000.0, **fields: Any
) -> Rating:
    """Return one strength."""
    defaults: dict[str, Any] = {
        "lower": value - 40,
        "upper": value + 40,
        "elo": value,
        "votes": 50,
        "wins": 25.0,
        "rank_lower": 1,
    }
    return Rating.objects.create(
        snapshot=snapshot, contender=contender, value=value, **(defaults | fields)
    )
