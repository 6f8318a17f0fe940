"""From a vote to the board with many votes stored, on a site's database of its own.

`benchmarks.ratings` runs `measure` in a new process whose VAR_DIR is empty: the votes are stored,
the ledger enters them all, then votes are cast one by one and each is published.
"""

import json
import time
import uuid
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.core.management import call_command

from arena import groundwork, ledger, ratings, tally, votes
from arena.models import Battle, Rating, Response, Side, Turn, Vote
from benchmarks import rating_votes
from evals.models import Contender

CONTENDERS = 300
CAST = 15
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
BATCH = 5_000


def measure(count: int) -> None:
    """Measure and print JSON."""
    call_command("migrate", verbosity=0)
    print(json.dumps(_measure(count)))


def _measure(count: int) -> dict[str, Any]:

    _store(count)
    started = time.perf_counter()
    ledger.catch_up()
    entering = time.perf_counter() - started
    started = time.perf_counter()
    ground = groundwork.renew(now=NOW)
    grounding = time.perf_counter() - started
    ratings.refresh(now=NOW)
    tally._kept.clear()  # noqa: SLF001 - a process that has just started knows nothing
    spans, waiting = [], _ready(CAST + 1)
    for battle in waiting:
        began = time.perf_counter()
        _cast(battle)
        snapshot = ratings.refresh(now=NOW)
        assert snapshot is not None
        assert snapshot.votes > count
        rows = list(Rating.objects.filter(snapshot=snapshot).select_related("contender"))
        assert len(rows) >= CONTENDERS
        spans.append(time.perf_counter() - began)
    return {
        "first": spans[0],
        "median": median(spans[1:]),
        "worst": max(spans[1:]),
        "entering_per_s": count / entering,
        "groundwork": grounding,
        "entries": ground.length,
    }


def _store(count: int) -> None:
    """Store contenders, battles and votes as the site keeps them."""

    people = _contenders()
    ballots = rating_votes.votes(count, len(people), seed=3).ballots
    for start in range(0, count, BATCH):
        part = ballots.at(slice(start, start + BATCH))
        battles = [
            Battle(
                id=uuid.uuid4(),
                voter=f"v{voter}",
                contender_a_id=people[a],
                contender_b_id=people[b],
                propensity=0.001,
                policy="benchmark",
                state="VOTED",
                created_at=NOW,
            )
            for voter, a, b in zip(part.voter, part.a, part.b, strict=True)
        ]
        Battle.objects.bulk_create(battles)
        names = {1.0: "A", 0.0: "B", 0.5: "TIE"}
        Vote.objects.bulk_create(
            Vote(battle=battle, choice=names[score], voter=battle.voter, cast_at=NOW)
            for battle, score in zip(battles, part.score.tolist(), strict=True)
        )


def _contenders() -> list[int]:

    Contender.objects.bulk_create(
        Contender(
            slug=f"c{place}",
            name=f"Contender {place}",
            kind="MODEL",
            source="DIRECTORY",
            locator=f"c/{place}",
            revision=f"{place:040x}",
            serving="MODEL",
            created_at=NOW,
        )
        for place in range(CONTENDERS)
    )
    return list(Contender.objects.order_by("pk").values_list("pk", flat=True))


def _ready(count: int) -> list[Any]:

    people = list(Contender.objects.order_by("pk")[:2])
    made = []
    for _ in range(count):
        battle = Battle.objects.create(
            voter="ada", contender_a=people[0], contender_b=people[1], propensity=0.5,
            policy="benchmark", state="READY", created_at=NOW,
        )  # fmt: skip
        prompt = f"What is {uuid.uuid4()}?"
        turn = Turn.objects.create(battle=battle, number=1, prompt=prompt, created_at=NOW)
        for side in Side.values:
            Response.objects.create(turn=turn, side=side, text="4", tokens=1, finished_at=NOW)
        made.append(battle)
    return made


def _cast(battle: Any) -> None:

    votes.cast(battle=battle, voter="ada", choice="A", now=NOW)
