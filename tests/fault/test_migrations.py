"""A migration that is killed is finished by the next; nothing starts on half of the tables."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from tests.fault import copies
from tests.fault.processes import Place, database_url, process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

APPLIED = "SELECT count(*) FROM django_migrations"
MANAGE = [sys.executable, "-W", "ignore", "manage.py"]
SERVERS = {
    "web": [sys.executable, "-c", "import leaderboard.asgi"],
    "worker": [sys.executable, "-m", "celery", "-A", "workers.celery", "worker", "-Q", "runs"],
    "engines": [*MANAGE, "serve_engines"],
}


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Give the address of a database with nothing in it."""
    if connection.vendor == "sqlite":
        file = folder / "empty.sqlite3"
        yield f"sqlite:///{file}"
        for suffix in copies.SUFFIXES:
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE unmigrated")
    yield f"{database_url().rpartition('/')[0]}/unmigrated"
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE unmigrated WITH (FORCE)")


def applied(url: str) -> int:
    """Return how many migrations are in a database; it may be too early or too busy to tell."""
    with suppress(Exception):
        return int(copies.rows(url, APPLIED)[0][0])
    return 0


def killed(place: Place, url: str) -> bool:
    """Kill a migration once it has got somewhere; say whether it was still at it."""
    before = applied(url)
    with process(place, "migrate", [*MANAGE, "migrate", "--no-input"], DATABASE_URL=url) as running:
        while running.poll() is None and applied(url) <= before:
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        return running.wait() == -signal.SIGKILL


def ended(place: Place, command: list[str], url: str) -> subprocess.CompletedProcess[str]:
    """Return how a command has ended that should not go on for long."""
    variables = place.variables(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="leaderboard.settings")
    return subprocess.run(
        command, env=variables, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.fault("F39", "migrate killed midway, again and again, then left to finish")
def test_a_killed_migration_is_finished_by_the_next(
    place: Place, tmp_path: Path, rounds: int, recovery: dict[str, float]
) -> None:
    kills, slowest = 0, 0.0
    while kills < rounds:
        with empty_database(tmp_path) as url:
            while kills < rounds and killed(place, url):
                kills += 1
            began = time.monotonic()
            finished = ended(place, [*MANAGE, "migrate", "--no-input"], url)
            slowest = max(slowest, time.monotonic() - began)
            assert finished.returncode == 0, finished.stderr
            assert ended(place, [*MANAGE, "migrate", "--check"], url).returncode == 0
    recovery |= {"seconds": round(slowest, 1), "rounds": kills}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.fault("F39", f"{name} started on half of the tables"))
        for name in SERVERS
    ],
)
def test_nothing_starts_on_half_of_the_tables(place: Place, tmp_path: Path, name: str) -> None:
    with empty_database(tmp_path) as url:
        while not applied(url):
            killed(place, url)

        refused = ended(place, SERVERS[name], url)

    assert refused.returncode != 0
    assert "run `manage.py migrate`" in refused.stderr + refused.stdout
