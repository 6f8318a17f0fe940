"""An acknowledged vote is a row, whatever is killed, locked, full or away meanwhile."""

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress

import httpx
import psutil
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from arena import ratings
from arena.models import Vote
from evals.models import Contender
from leaderboard import backups
from tests import factories
from tests.fault import voting
from tests.fault.processes import Web, eventually
from tests.fault.voting import Voter

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows")


def ready(count: int, voter: str = "ada") -> list[str]:
    a, b = factories.model(), factories.model()
    return voting.prepare(count, voter=voter, a=a, b=b)


def kill_one(site: Web) -> float:
    """Kill a random web process; return when."""
    with suppress(psutil.NoSuchProcess):
        random.choice(site.children()).kill()
    return time.monotonic()


def more_votes(voters: list[Voter]) -> Callable[[], bool]:
    """Return what says whether 16 more votes were acknowledged since now."""
    before = sum(len(voter.acknowledged) for voter in voters)
    return lambda: sum(len(voter.acknowledged) for voter in voters) >= before + WRITERS


@pytest.mark.fault("F01", "web process killed while 16 people vote")
def test_every_acknowledged_vote_is_one_row_though_web_processes_are_killed(
    site: Web, rounds: int, recovery: dict[str, float]
) -> None:
    names = [f"voter-{number}" for number in range(WRITERS)]
    voters = [Voter(site.url, name, ready(40 * rounds, name)) for name in names]
    slowest = 0.0

    with voting.working(voters):
        for _ in range(rounds):
            assert eventually(more_votes(voters))
            killed_at = kill_one(site)
            assert eventually(lambda: site.is_up() and len(site.children()) == 2)
            slowest = max(slowest, time.monotonic() - killed_at)
        assert eventually(more_votes(voters))

    acknowledged = {battle for voter in voters for battle in voter.acknowledged}
    stored = Counter(str(pk) for pk in Vote.objects.values_list("battle", flat=True))
    assert len(acknowledged) > WRITERS
    assert acknowledged <= set(stored)
    assert set(stored.values()) == {1}
    assert not [code for voter in voters for code in voter.statuses if code == 500]
    ratings.refresh(now=timezone.now())
    backups.verify_ratings()
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.fault("F04", "100 votes at once on one battle")
def test_of_a_hundred_votes_at_once_one_wins(site: Web) -> None:
    [battle] = ready(1)
    barrier = threading.Barrier(100)
    answers: list[tuple[str, int]] = []

    def cast(url: str, choice: str) -> None:
        with httpx.Client(headers=voting.token("ada"), timeout=60) as client:
            barrier.wait()
            answer = client.post(f"{url}/api/v1/battles/{battle}/vote", json={"choice": choice})
        answers.append((choice, answer.status_code))

    threads = [
        threading.Thread(target=cast, args=(site.url, choice), daemon=True)
        for choice in ["A", "B", "TIE", "BOTH_BAD"] * 25
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [choice for choice, status in answers if status == 201]
    assert len(answers) == 100
    assert [Vote.objects.get(battle__pk=battle).choice] == winners
    assert {status for choice, status in answers if choice == winners[0]} == {200, 201}
    assert {status for choice, status in answers if choice != winners[0]} == {409}


@pytest.mark.long
@sqlite_only
@pytest.mark.fault("F05", "SQLite's write lock held until a vote gives up, 10 s")
def test_a_held_lock_delays_votes_then_refuses_them(site: Web, recovery: dict[str, float]) -> None:
    [battle] = ready(1)
    vote = {"choice": "A"}
    with httpx.Client(headers=voting.token("ada"), timeout=30) as client:
        address = f"{site.url}/api/v1/battles/{battle}/vote"
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            statuses: list[int] = []
            voter = threading.Thread(
                target=lambda: statuses.append(client.post(address, json=vote).status_code)
            )
            voter.start()
            time.sleep(0.5)
            assert httpx.get(f"{site.url}/api/v1/board").status_code == 200
            voter.join()
            other.rollback()
        assert statuses == [503]
        assert not Vote.objects.exists()
        freed_at = time.monotonic()
        assert client.post(address, json=vote).status_code == 201
        recovery["seconds"] = round(time.monotonic() - freed_at, 2)


@sqlite_only
@pytest.mark.fault("F06", "the database's disk is full")
def test_a_full_disk_acknowledges_nothing_and_heals(client: Client) -> None:
    battles = ready(150)

    def ask(battle: str) -> int:
        return client.post(
            f"/api/v1/battles/{battle}/vote",
            {"choice": "A"},
            content_type="application/json",
            headers=voting.token("ada"),
        ).status_code

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no page is free now
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    statuses = Counter(ask(battle) for battle in battles)
    kept = Vote.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")

    assert set(statuses) == {201, 503}
    assert statuses[201] == kept
    assert ask(battles[-1]) == 201
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone()[0] == "ok"


@pytest.mark.fault("F12", "Valkey is away")
def test_without_valkey_pages_votes_and_battles_go_on(site: Web) -> None:
    battles = ready(10)
    for contender in Contender.objects.all():
        factories.deployment(contender)
    with httpx.Client(base_url=f"{site.url}/api/v1", timeout=10) as client:
        read = [client.get(f"/{page}").status_code for page in ("board", "ratings", "contenders")]
        cast = [
            client.post(
                f"/battles/{battle}/vote", json={"choice": "B"}, headers=voting.token("ada")
            ).status_code
            for battle in battles
        ]
        started = client.post("/battles", json={"prompt": "Hello?"})

    assert read == [200] * 3
    assert cast == [201] * 10
    assert started.status_code == 201
