"""The rows that a load needs, and those that it left: imported when Django has been set up."""

import secrets
from collections import Counter

from django.db import connection
from django.utils import timezone

from arena.models import Battle, Response, Turn, Vote
from evals.models import Contender
from leaderboard.api.callers import Caller

BATCH = 500
Ballot = tuple[str, dict[str, str]]  # a battle, and the headers of its voter


def vendor() -> str:
    """Return which database this is."""
    return str(connection.vendor)


def contenders(count: int) -> None:
    """Make so many contenders."""
    Contender.objects.bulk_create(
        Contender(
            slug=f"load-{number}",
            name=f"Load {number}",
            kind="MODEL",
            source="DIRECTORY",
            locator=f"load/{number}",
            revision=f"{number:040x}",
            serving="MODEL",
            created_at=timezone.now(),
        )
        for number in range(count)
    )


def battles(count: int) -> list[Ballot]:
    """Make answered battles, each of a voter of its own."""
    people, now = list(Contender.objects.order_by("pk")), timezone.now()
    made = [
        Battle(
            voter=f"load-{secrets.token_hex(6)}",
            state=Battle.State.READY,
            created_at=now,
            contender_a=people[number % len(people)],
            contender_b=people[(number + 1 + number // len(people) % 9) % len(people)],
            propensity=0.1,
            policy="load",
        )
        for number in range(count)
    ]
    Battle.objects.bulk_create(made, batch_size=BATCH)
    turns = [Turn(battle=each, number=1, prompt="2+2?", created_at=now) for each in made]
    Turn.objects.bulk_create(turns, batch_size=BATCH)
    Response.objects.bulk_create(
        [
            Response(turn=turn, side=side, text="Four.", tokens=2, finished_at=now)
            for turn in turns
            for side in ("A", "B")
        ],
        batch_size=BATCH,
    )
    return [
        (str(each.pk), {"Authorization": f"Bearer {Caller(key=each.voter).token()}"})
        for each in made
    ]


def voted(wanted: list[str]) -> Counter[str]:
    """Return how many votes each of these battles has."""
    known = set(wanted)
    stored = (str(pk) for pk in Vote.objects.values_list("battle", flat=True))
    return Counter(pk for pk in stored if pk in known)
