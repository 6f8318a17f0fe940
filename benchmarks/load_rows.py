"""The rows that the load needs, and those that it left: runs inside the site's own settings.

What a call finds is printed as JSON. The board is that of 300 contenders and twelve benchmarks,
under a suite of its own, so that a real run can be measured beside it.
"""

import json
import secrets
import time
from typing import Any

from django.db import connection
from django.utils import timezone

from arena import groundwork, ratings
from arena.models import Battle, RatingSnapshot, Response, Side, Turn, Vote
from benchmarks import arena_rows, rating_site, web_rows
from evals.models import Contender, EvalRun, Submission, Suite
from leaderboard.api.callers import Caller

BATCH = 1_000
CONTENDERS, BENCHMARKS = 300, 12
POLICY = "load"


def fill(*, votes: int, runs: int, stub: str) -> None:
    """Fill the board, the queue and the arena."""
    suite = _board()
    people = list(Contender.objects.order_by("pk").values_list("pk", flat=True))
    _runs(suite, people, runs)
    rating_site.stored(votes, people[:100])
    arena_rows.speakers(stub, 8)
    groundwork.renew(now=timezone.now())
    ratings.refresh(now=timezone.now())
    _tell({"database": connection.vendor, "votes": Vote.objects.count()})


def _board() -> Suite:
    """Write the board under the name `load`: the zoo's own suite stays what it is."""
    Suite.objects.filter(key="zoo").update(key="real")
    suite = web_rows.fill(contenders=CONTENDERS, benchmarks=BENCHMARKS, votes=0)
    RatingSnapshot.objects.all().delete()
    Suite.objects.filter(pk=suite.pk).update(key="load")
    Suite.objects.filter(key="real").update(key="zoo")
    return suite


def _runs(suite: Suite, people: list[int], count: int) -> None:
    """Submit what was measured already again and again, so that lists are long."""
    now = timezone.now()
    for start in range(0, count, BATCH):
        made = EvalRun.objects.bulk_create(
            EvalRun(
                contender_id=people[number % len(people)],
                suite=suite,
                state=EvalRun.State.CANCELLED,
                attempt=1,
                queued_at=now,
                started_at=now,
                finished_at=now,
            )
            for number in range(start, min(start + BATCH, count))
        )
        Submission.objects.bulk_create(
            Submission(contender_id=run.contender_id, run=run, created_at=now) for run in made
        )


def ballots(count: int) -> None:
    """Make answered battles, each of a voter of its own; tell their ids and tokens."""
    people, now, told = list(Contender.objects.order_by("pk")[:100]), timezone.now(), []
    for start in range(0, count, BATCH):
        made = [
            Battle(
                voter=f"anon-{secrets.token_urlsafe(24)}",
                contender_a=people[number % 100],
                contender_b=people[(number + 1 + number // 100 % 98) % 100],
                propensity=0.01,
                policy=POLICY,
                state=Battle.State.READY,
                created_at=now,
            )
            for number in range(start, min(start + BATCH, count))
        ]
        _answered(made)
        told += [(str(each.pk), Caller(each.voter).token()) for each in made]
    _tell(told)


def _answered(made: list[Battle]) -> None:
    now = timezone.now()
    Battle.objects.bulk_create(made)
    turns = Turn.objects.bulk_create(
        Turn(battle=each, prompt=f"Ballot {each.pk}", created_at=now, ended_at=now) for each in made
    )
    Response.objects.bulk_create(
        Response(turn=turn, side=side, text=f"{side} says so.", tokens=4, finished_at=now)
        for turn in turns
        for side in Side.values
    )


def stored() -> None:
    """Tell which ballots have a vote, each as often as it has one."""
    found = Vote.objects.filter(battle__policy=POLICY).values_list("battle", flat=True)
    _tell([str(each) for each in found])


def voters(count: int) -> None:
    """Tell the session cookies of so many new voters."""
    arena_rows.voters(count)


def refresh() -> None:
    """Fit every rating anew from all votes, and tell how long each part took."""
    started = time.perf_counter()
    ground = groundwork.renew(now=timezone.now())
    ground_s = time.perf_counter() - started
    ratings.refresh(now=timezone.now())
    _tell(
        {
            "votes": ground.length,
            "groundwork_s": ground_s,
            "whole_s": time.perf_counter() - started,
            "contenders": ratings_shown(),
        }
    )


def ratings_shown() -> int:
    """Return how many contenders the newest snapshot rates."""
    snapshot = ratings.current()
    return snapshot.ratings.count() if snapshot else 0


def _tell(found: Any) -> None:
    print(json.dumps(found))
