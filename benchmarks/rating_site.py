"""From a vote to the board with many votes stored, on a site's database of its own.

`benchmarks.ratings` runs `measure` in a new process whose VAR_DIR is empty: the votes are stored,
the ledger enters them all, then votes are cast one by one and each is published.
"""

import json
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model

from arena import groundwork, ledger, ratings, tally, votes
from arena.ballots import Ballots
from arena.models import Battle, LedgerEntry, LedgerHead, Rating, Response, Side, Turn, Vote
from benchmarks import rating_votes
from evals.models import Contender

CONTENDERS = 300
CAST = 15
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
BATCH = 5_000
ENTERED = 20_000  # votes that the ledger enters by itself, timed
CHOICES = {1.0: "A", 0.0: "B", 0.5: "TIE"}


def measure(count: int) -> None:
    """Measure and print JSON."""
    call_command("migrate", verbosity=0)
    print(json.dumps(_measure(count)))


def _measure(count: int) -> dict[str, Any]:
    entering = stored(count, contenders())
    started = time.perf_counter()
    ground = groundwork.renew(now=NOW)
    grounding = time.perf_counter() - started
    ratings.refresh(now=NOW)
    tally._kept.clear()  # noqa: SLF001 - a process that has just started knows nothing
    spans = [_span(battle, count) for battle in _ready(CAST + 1)]
    return {
        "first": spans[0][0],
        "median": median(passed for passed, _worked in spans[1:]),
        "worst": max(passed for passed, _worked in spans[1:]),
        "worked": median(worked for _passed, worked in spans[1:]),
        "entering_per_s": min(count, ENTERED) / entering,
        "groundwork": grounding,
        "entries": ground.length,
    }


def stored(count: int, people: list[int]) -> float:
    """Store so many votes and enter them; return the seconds that the ledger took at first."""
    ballots = rating_votes.votes(count, len(people), seed=3).ballots
    store(ballots.at(slice(ENTERED)), people)
    started = time.perf_counter()
    ledger.catch_up()
    entering = time.perf_counter() - started
    if count > ENTERED:
        store(ballots.at(slice(ENTERED, None)), people)
        _enter_rest()
    return entering


def _span(battle: Battle, count: int) -> tuple[float, float]:
    """Return the seconds from a verdict to the ratings that hold it: passed, and worked."""
    began, worked = time.perf_counter(), time.process_time()
    votes.cast(battle=battle, voter=battle.voter, choice="A", now=NOW)
    snapshot = ratings.refresh(now=NOW)
    assert snapshot is not None
    assert snapshot.votes > count
    rows = list(Rating.objects.filter(snapshot=snapshot).select_related("contender"))
    assert len(rows) >= CONTENDERS
    return time.perf_counter() - began, time.process_time() - worked


def store(ballots: Ballots, people: list[int]) -> None:
    """Store battles and votes, as copies of one with what differs."""
    one = Battle.objects.filter(policy="benchmark").first() or Battle.objects.create(
        voter="v",
        contender_a_id=people[0],
        contender_b_id=people[1],
        propensity=0.001,
        policy="benchmark",
        state="VOTED",
        created_at=NOW,
    )
    vote = Vote.objects.first() or Vote.objects.create(
        battle=one, choice="TIE", voter="v", cast_at=NOW, exclusion="STAFF"
    )
    keys = [uuid.uuid4().hex for _ in range(len(ballots.a))]
    voters = [f"v{voter}" for voter in ballots.voter.tolist()]
    sides = zip(
        *([people[at] for at in side.tolist()] for side in (ballots.a, ballots.b)), strict=True
    )
    choices = [CHOICES[score] for score in ballots.score.tolist()]
    _copies(
        one,
        ("id", "voter", "contender_a_id", "contender_b_id"),
        ((key, voter, *pair) for key, voter, pair in zip(keys, voters, sides, strict=True)),
    )
    facts = zip(keys, choices, voters, strict=True)
    fields = ("battle_id", "choice", "voter", "exclusion")
    _copies(vote, fields, ((*each, "") for each in facts))


def _enter_rest() -> None:
    """Enter the votes that are left as `ledger.fold` does, without its care for other writers."""
    one = LedgerEntry.objects.order_by("position").last()
    assert one is not None
    left = Vote.objects.to_enter().order_by("pk")
    said = left.values_list(
        "pk", "battle__contender_a", "battle__contender_b", "choice", "voter"
    ).iterator(chunk_size=BATCH)
    rows = (
        (one.position + place, vote, a, b, choice, ledger.voter_number(voter))
        for place, (vote, a, b, choice, voter) in enumerate(said, start=1)
    )
    _copies(one, ("position", "vote_id", "a", "b", "choice", "voter"), list(rows))
    left.update(entered=1)
    LedgerHead.objects.update(length=LedgerEntry.objects.count())


def _copies(row: Model, differing: tuple[str, ...], values: Iterable[tuple[Any, ...]]) -> None:
    """Insert copies of a row that differ in some columns."""
    meta = row._meta  # noqa: SLF001 - Django's own name for what everybody may ask
    table, key = meta.db_table, meta.pk.column
    columns = {str(each.column) for each in meta.concrete_fields} - set(differing)
    same = ", ".join(sorted(columns - {key}))
    marks = ", ".join(["%s"] * len(differing))
    insert = (
        f"INSERT INTO {table} ({', '.join(differing)}, {same}) "  # noqa: S608 - our own names
        f"SELECT {marks}, {same} FROM {table} WHERE {key} = %s"
    )
    own = row.pk.hex if isinstance(row.pk, uuid.UUID) else row.pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(insert, [(*each, own) for each in values])


def contenders(count: int = CONTENDERS) -> list[int]:
    """Make contenders, and return their keys."""
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
        for place in range(count)
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
