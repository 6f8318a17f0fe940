"""Disks that are full or read-only: nothing is acknowledged that is not kept, and all heals."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from arena.models import Vote
from evals import repeats
from evals.models import EvalRun, Suite
from tests import factories
from tests.fault import copies, disks, voting
from tests.fault.disks import Disk
from tests.fault.processes import Place, Web, database_url, eventually, web, worker
from tests.fault.queueing import QUICK, are_done, queued, told

pytestmark = pytest.mark.django_db(transaction=True)

BATTLES = 400
ALTER = "ALTER TABLE arena_vote SET TABLESPACE"
PAGES = ("/", "/ratings/", "/arena/")
needs_mount = pytest.mark.long


def ready(count: int) -> list[str]:
    a, b = factories.model(), factories.model()
    return voting.prepare(count, voter="ada", a=a, b=b)


@pytest.fixture
def ada() -> Iterator[httpx.Client]:
    with httpx.Client(headers=voting.token("ada"), timeout=30) as client:
        yield client


def cast(client: httpx.Client, site: Web, battle: str) -> httpx.Response:
    return client.post(f"{site.url}/api/v1/battles/{battle}/vote", json={"choice": "A"})


@pytest.mark.database("sqlite")
@pytest.mark.fault("F06", "the database may not grow")
def test_a_full_database_acknowledges_nothing_and_heals(client: Client) -> None:
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
    answered = {battle: ask(battle) for battle in battles}
    statuses, kept = Counter(answered.values()), Vote.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")

    assert set(statuses) == {201, 503}
    assert statuses[201] == kept
    refused = next(battle for battle, status in answered.items() if status == 503)
    assert ask(refused) == 201
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone()[0] == "ok"


@contextmanager
def votes_on(disk: Disk) -> Iterator[str]:
    """Keep the votes on a small disk; give the address of their database."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{copies.crash_copy(disk.path)}"
        return
    tablespace = disk.path / "votes"
    tablespace.mkdir()
    shutil.chown(tablespace, "postgres", "postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{tablespace}'")
        cursor.execute(f"{ALTER} small")
    try:
        yield database_url()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"{ALTER} pg_default")
            cursor.execute("DROP TABLESPACE small")


@needs_mount
@pytest.mark.fault("F06", "the disk of the votes is full")
def test_votes_on_a_full_disk_are_refused_until_there_is_room(
    place: Place, open_folder: Path, ada: httpx.Client, rounds: int, recovery: dict[str, float]
) -> None:
    battles = ready(BATTLES * rounds)
    kept = 0
    with (
        disks.mounted(open_folder / "disk", size=f"{16 + rounds}m") as disk,
        votes_on(disk) as url,
        web(place, DATABASE_URL=url) as site,
    ):
        for _ in range(rounds):
            disk.fill()
            while (refused := cast(ada, site, battle := battles.pop())).status_code == 201:
                kept += 1
            assert refused.status_code == 503
            assert refused.json()["code"] == "STORAGE_FULL"
            assert ada.get(f"{site.url}/api/v1/board").status_code == 200
            assert copies.rows(url, "SELECT count(*) FROM arena_vote") == [(kept,)]
            disk.clear()
            assert cast(ada, site, battle).status_code == 201
            kept += 1
        if connection.vendor == "sqlite":
            assert copies.rows(url, "PRAGMA integrity_check") == [("ok",)]
    recovery["rounds"] = rounds


@needs_mount
@pytest.mark.fault("F07", "the worker's disk is full")
def test_a_worker_without_room_says_so_and_goes_on_where_it_stopped(
    place: Place, generative_suite: Suite, tmp_path: Path, rounds: int
) -> None:
    with disks.mounted(tmp_path / "disk", size="4m") as disk:
        disk.fill()
        made = queued(generative_suite)
        ended = partial(EvalRun.objects.filter(state="FAILED", error_code="DISK_FULL").exists)
        with worker(place, **QUICK, VAR_DIR=str(disk.path)):
            assert eventually(ended, within_s=60), told(made)
            disk.clear()
            repeats.resume(run=made[0], now=timezone.now())
            assert eventually(lambda: are_done(made)), told(made)
    assert made[0].scores.count() == 2


@contextmanager
def read_only_database() -> Iterator[None]:
    """Have the database read and not written, as after a fault of its disk."""
    if connection.vendor == "sqlite":
        with disks.read_only(Path(connection.settings_dict["NAME"])):
            yield
        return
    setting = "SET default_transaction_read_only"
    with connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        cursor.execute(f'ALTER DATABASE "{name}" {setting} = on')
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"{setting} = off")
            cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@needs_mount
@pytest.mark.fault("F08", "the database is read-only")
def test_a_read_only_database_is_read_and_says_so(place: Place, ada: httpx.Client) -> None:
    [battle] = ready(1)
    with ExitStack() as open_site:
        with read_only_database():
            site = open_site.enter_context(web(place, workers=1))
            refused = cast(ada, site, battle)
            pages = [ada.get(f"{site.url}{path}").status_code for path in PAGES]
            assert eventually(lambda: not told_by_health(site)["writable"]["holds"], within_s=20)
            health = ada.get(f"{site.url}/healthz")

        assert (refused.status_code, refused.json()["code"]) == (503, "READ_ONLY")
        assert pages == [200] * len(PAGES)
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert eventually(lambda: cast(ada, site, battle).status_code in voting.VOTED, within_s=20)


def told_by_health(site: Web) -> dict[str, dict[str, object]]:
    parts: dict[str, dict[str, object]] = httpx.get(f"{site.url}/healthz").json()["parts"]
    return parts
