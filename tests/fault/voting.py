"""Voters over HTTP, each with a log of what was acknowledged."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from django.db import connections
from django.utils import timezone

from arena.models import Battle, Response, Side, Turn
from evals.models import Contender
from leaderboard.api.callers import Caller
from tests import factories

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
    pause_s: float = 0.0
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
        stop.wait(self.pause_s if answer.status_code in VOTED else 0.05)


def voters(url: str, count: int, *, battles: int, pause_s: float = 0.0) -> list[Voter]:
    """Return voters who each have so many answered battles of their own to judge."""
    a, b = factories.model(), factories.model()
    names = [f"voter-{number}" for number in range(count)]
    return [
        Voter(url, name, prepare(battles, voter=name, a=a, b=b), pause_s=pause_s) for name in names
    ]


def acknowledged(voters: Sequence[Voter]) -> set[str]:
    """Return every battle whose vote was acknowledged so far."""
    return {battle for voter in voters for battle in list(voter.acknowledged)}


def statuses(voters: Sequence[Voter]) -> set[int]:
    """Return every status that a vote was answered with."""
    return {status for voter in voters for status in voter.statuses}


def go_on(voters: Sequence[Voter], *, each: int = 1) -> Callable[[], bool]:
    """Return what says whether all voters have had so many votes acknowledged since now."""
    before = [len(voter.acknowledged) for voter in voters]

    def have() -> bool:
        return all(
            len(voter.acknowledged) >= min(earlier + each, len(voter.battles))
            for voter, earlier in zip(voters, before, strict=True)
        )

    return have


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
