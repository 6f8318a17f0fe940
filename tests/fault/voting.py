"""Voters over HTTP, each with a log of what was acknowledged."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from django.db import connections
from django.utils import timezone

from arena.models import Battle, Response, Side, Turn
from evals.models import Contender
from leaderboard.api.callers import Caller

VOTED = (200, 201)


def prepare(count: int, *, voter: str, a: Contender, b: Contender) -> list[str]:
    """Return the ids of so many answered battles of a voter."""
    now = timezone.now()
    battles = Battle.objects.bulk_create(
        Battle(voter=voter, contender_a=a, contender_b=b, propensity=0.5, policy="test",
               state=Battle.State.READY, created_at=now)
        for _ in range(count)
    )  # fmt: skip
    turns = Turn.objects.bulk_create(
        Turn(battle=battle, number=1, prompt="2+2?", created_at=now) for battle in battles
    )
    Response.objects.bulk_create(
        Response(turn=turn, side=side, text="4", finished_at=now)
        for turn in turns
        for side in Side.values
    )
    return [str(battle.pk) for battle in battles]


def token(voter: str) -> dict[str, str]:
    """Return the headers of a program that votes for a voter."""
    return {"Authorization": f"Bearer {Caller(key=voter).token()}"}


@dataclass
class Voter:
    """Votes on one battle after another; what is not acknowledged is tried again."""

    url: str
    name: str
    battles: list[str]
    choice: str = "A"
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0

    def work(self, stop: threading.Event) -> None:
        """Vote until everything is voted on, or told to stop."""
        with httpx.Client(base_url=f"{self.url}/api/v1", headers=token(self.name)) as client:
            for battle in self.battles:
                while not stop.is_set() and battle not in self.acknowledged:
                    self._vote(client, battle, stop)
        connections.close_all()

    def _vote(self, client: httpx.Client, battle: str, stop: threading.Event) -> None:
        body = {"choice": self.choice}
        try:
            answer = client.post(f"/battles/{battle}/vote", json=body, timeout=15)
        except httpx.HTTPError:
            self.broken += 1
            stop.wait(0.05)
            return
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code in VOTED:
            self.acknowledged[battle] = self.choice
        else:
            stop.wait(0.05)


@contextmanager
def working(voters: Sequence[Voter]) -> Iterator[threading.Event]:
    """Have every voter vote in a thread of their own; give what stops them."""
    stop = threading.Event()
    threads = [threading.Thread(target=each.work, args=(stop,), daemon=True) for each in voters]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
