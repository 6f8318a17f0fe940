"""Databases that crash, lock or hang up: what was acknowledged is there, the rest is told 503."""

import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from django.db import connection

from arena.models import Vote
from tests.fault import copies, voting
from tests.fault.processes import Place, Web, database_url, eventually, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

WRITERS = 8
GAP = {200, 201, 503}  # what a vote may be answered with while its database is away


def stored(url: str) -> set[str]:
    return {str(UUID(str(pk))) for (pk,) in copies.rows(url, "SELECT battle_id FROM arena_vote")}


@pytest.mark.fault("F02", "the database's files copied at one moment amid votes, and opened")
def test_a_copy_as_a_crash_leaves_it_has_every_acknowledged_vote(
    site: Web, open_folder: Path, rounds: int, recovery: dict[str, float]
) -> None:
    voters = voting.voters(site.url, WRITERS, battles=60 * rounds, pause_s=0.05)
    slowest = 0.0
    with voting.working(voters):
        for number in range(rounds):
            assert eventually(voting.go_on(voters))
            time.sleep(random.uniform(0, 0.2))
            acknowledged = voting.acknowledged(voters)
            folder = open_folder / str(number)
            folder.mkdir(mode=0o755)
            copy = copies.crash_copy(folder, site)
            began = time.monotonic()
            with copies.opened(copy) as url:
                assert acknowledged <= stored(url)
                if connection.vendor == "sqlite":
                    assert copies.rows(url, "PRAGMA integrity_check") == [("ok",)]
            slowest = max(slowest, time.monotonic() - began)
            shutil.rmtree(folder)

    assert voting.statuses(voters) <= {200, 201}
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.fault("F02", "what is acknowledged waits for the disk")
def test_every_connection_waits_until_a_commit_is_on_the_disk() -> None:
    questions: dict[str, dict[str, object]] = {
        "sqlite": {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal"},
        "postgresql": {"SHOW synchronous_commit": "on", "SHOW fsync": "on"},
    }
    for question, wanted in questions[connection.vendor].items():
        with connection.cursor() as cursor:
            cursor.execute(question)
            assert cursor.fetchone()[0] == wanted


@pytest.mark.database("sqlite")
@pytest.mark.fault("F05", "SQLite's write lock held until a vote gives up, 10 s")
def test_a_held_lock_delays_votes_then_refuses_them(site: Web, recovery: dict[str, float]) -> None:
    [voter] = voting.voters(site.url, 1, battles=1)
    with httpx.Client(headers=voting.token(voter.name), timeout=30) as client:
        address = f"{site.url}/api/v1/battles/{voter.battles[0]}/vote"
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            statuses: list[int] = []
            voting_thread = threading.Thread(
                target=lambda: statuses.append(
                    client.post(address, json={"choice": "A"}).status_code
                )
            )
            voting_thread.start()
            time.sleep(0.5)
            assert httpx.get(f"{site.url}/api/v1/board").status_code == 200
            voting_thread.join()
            other.rollback()
        assert statuses == [503]
        assert not Vote.objects.exists()
        freed_at = time.monotonic()
        assert client.post(address, json={"choice": "A"}).status_code == 201
        recovery["seconds"] = round(time.monotonic() - freed_at, 2)


@pytest.mark.database("postgresql")
@pytest.mark.fault("F09", "PostgreSQL crashes and restarts while people vote")
def test_a_crash_of_the_database_costs_a_moment_and_no_vote(
    place: Place, open_folder: Path, rounds: int, recovery: dict[str, float]
) -> None:
    voters = voting.voters("", WRITERS, battles=60 * rounds, pause_s=0.05)
    slowest = 0.0
    with (
        copies.served(copies.crash_copy(open_folder)) as server,
        web(place, DATABASE_URL=server.url) as site,
    ):
        for voter in voters:
            voter.url = site.url
        with voting.working(voters):
            for _ in range(rounds):
                assert eventually(voting.go_on(voters))
                server.crash()
                up_at = time.monotonic()
                assert eventually(voting.go_on(voters), within_s=10), place.said("web")[-2000:]
                slowest = max(slowest, time.monotonic() - up_at)
        assert voting.acknowledged(voters) <= stored(server.url)

    assert voting.statuses(voters) <= GAP
    assert sum(voter.broken for voter in voters) == 0
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.database("postgresql")
@pytest.mark.fault("F10", "every connection to PostgreSQL killed while people vote")
def test_killed_connections_hang_nobody(site: Web, rounds: int, recovery: dict[str, float]) -> None:
    voters = voting.voters(site.url, WRITERS, battles=60 * rounds, pause_s=0.05)
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    slowest = 0.0
    with voting.working(voters):
        for _ in range(rounds):
            assert eventually(voting.go_on(voters))
            copies.rows(database_url(), kill)
            connection.close()
            killed_at = time.monotonic()
            assert eventually(voting.go_on(voters), within_s=10)
            slowest = max(slowest, time.monotonic() - killed_at)

    assert voting.acknowledged(voters) <= stored(database_url())
    assert voting.statuses(voters) <= GAP
    assert sum(voter.broken for voter in voters) == 0
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.database("postgresql")
@pytest.mark.fault("F11", "the table of votes locked by somebody")
def test_a_locked_table_refuses_votes_soon_and_holds_up_no_page(
    site: Web, recovery: dict[str, float]
) -> None:
    [voter] = voting.voters(site.url, 1, battles=1)
    address = f"{site.url}/api/v1/battles/{voter.battles[0]}/vote"
    with httpx.Client(headers=voting.token(voter.name), timeout=30) as client:
        for page in ("healthz", "api/v1/board"):
            client.get(f"{site.url}/{page}")
        with psycopg.connect(database_url()) as other:
            other.execute("LOCK TABLE arena_vote IN EXCLUSIVE MODE")
            refused = client.post(address, json={"choice": "A"})
            pages = [client.get(f"{site.url}/{page}") for page in ("healthz", "api/v1/board")]
            other.rollback()
        freed_at = time.monotonic()
        cast = client.post(address, json={"choice": "A"})
        recovery["seconds"] = round(time.monotonic() - freed_at, 2)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.elapsed.total_seconds() < 5
    assert [page.status_code for page in pages] == [200, 200]
    assert max(page.elapsed.total_seconds() for page in pages) < 1
    assert cast.status_code == 201
