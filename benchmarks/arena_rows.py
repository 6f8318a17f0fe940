"""Rows for the arena's benchmark: contenders that a stub speaks for, voters, battles to judge.

Runs inside the site's own settings (`manage.py shell`); what it returns is printed as JSON.
"""

import json
import secrets
from datetime import timedelta

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.utils import timezone

from arena.models import Battle, Response, Side, Turn, Vote
from evals.models import Contender, Deployment
from leaderboard.api.callers import Caller
from leaderboard.battling.voters import SESSION_NAME

MACHINE = "benchmark"  # not this one, so the engine pool leaves these rows alone
BATCH = 500


def speakers(url: str, count: int) -> None:
    """Let only contenders of the stub meet in the arena."""
    Contender.objects.update(is_in_arena=False)
    now = timezone.now()
    for number in range(count):
        contender = Contender.objects.create(
            slug=f"stub-{number}",
            name=f"Stub {number}",
            kind=Contender.Kind.MODEL,
            source=Contender.Source.DIRECTORY,
            locator=f"stub/{number}",
            revision=f"{number:040x}",
            serving=Contender.Serving.MODEL,
            created_at=now,
        )
        Deployment.objects.create(
            contender=contender,
            machine=MACHINE,
            url=url,
            served_name=contender.slug,
            state=Deployment.State.READY,
            started_at=now,
            answered_at=now + timedelta(hours=1),
        )


def deployment(slug: str) -> None:
    """Tell where a contender answers."""
    found = Deployment.objects.filter(contender__slug=slug, state=Deployment.State.READY)
    first = found.order_by("pk")[0]
    print(json.dumps({"url": first.url, "name": first.served_name}))


def voters(count: int) -> None:
    """Tell the session cookies of so many new voters."""
    cookies = []
    for _ in range(count):
        session = SessionStore()
        session[SESSION_NAME] = f"anon-{secrets.token_urlsafe(24)}"
        session.save()
        cookies.append(session.session_key)
    print(json.dumps(cookies))


def ballots(count: int) -> None:
    """Make answered battles, each of a voter of its own; tell their ids and tokens."""
    a, b = Contender.objects.filter(slug__startswith="stub-").order_by("pk")[:2]
    now, told = timezone.now(), []
    for _ in range(0, count, BATCH):
        made = [
            Battle(
                voter=f"anon-{secrets.token_urlsafe(24)}",
                contender_a=a,
                contender_b=b,
                propensity=0.5,
                policy=MACHINE,
                state=Battle.State.READY,
                created_at=now,
            )
            for _ in range(BATCH)
        ]
        Battle.objects.bulk_create(made)
        turns = Turn.objects.bulk_create(
            Turn(battle=each, prompt=f"Ballot {each.pk}", created_at=now, ended_at=now)
            for each in made
        )
        Response.objects.bulk_create(
            Response(turn=turn, side=side, text=f"{side} says so.", tokens=4, finished_at=now)
            for turn in turns
            for side in Side.values
        )
        told += [(str(each.pk), Caller(each.voter).token()) for each in made]
    print(json.dumps(told[:count]))


def stored() -> None:
    """Tell which battles have a vote, and whether any has two."""
    votes = list(Vote.objects.filter(battle__policy=MACHINE).values_list("battle", flat=True))
    print(json.dumps([str(each) for each in votes]))
