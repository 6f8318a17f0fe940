"""F40: a backup taken while people vote comes back whole, and its votes give its ratings."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone
from pytest_django import Settings

from arena import ratings, votes
from arena.models import Battle, Vote
from leaderboard.operations import backups, dumps
from tests import factories
from tests.fault.processes import database_url
from tests.tree import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

VOTERS = 4


@pytest.fixture
def samples(settings: Settings, tmp_path: Path) -> Path:
    """Return a folder of samples with one file."""
    settings.VAR_DIR = tmp_path
    settings.SAMPLES_DIR = tmp_path / "samples"
    file = tmp_path / "samples" / "run-1-1" / "sums.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"PAR1")
    return file


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """Give the address of a database with nothing in it."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'restored.sqlite3'}"
        return
    address = database_url()
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE restored")
    yield f"{address.rpartition('/')[0]}/restored"
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE restored WITH (FORCE)")


def manage(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "VAR_DIR": str(folder), "DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def vote_on(waiting: list[Battle], stop: threading.Event) -> None:
    try:
        while waiting and not stop.is_set():
            battle = waiting.pop()
            votes.cast(battle=battle, voter="ada", choice="A", now=timezone.now())
    finally:
        connections.close_all()


def needs_client_programs() -> None:
    if connection.vendor == "postgresql" and shutil.which("pg_dump") is None:
        raise dumps.ToolMissing("apt install postgresql-client")


@pytest.mark.fault("F40", "backup under load, restored")
class TestBackup:
    def test_under_load_comes_back_whole(
        self, samples: Path, empty_database: str, tmp_path: Path
    ) -> None:
        needs_client_programs()
        heron, wren = factories.model("Heron"), factories.model("Wren")
        waiting = [factories.battle(heron, wren) for _ in range(120)]
        for _ in range(20):
            votes.cast(battle=waiting.pop(), voter="ada", choice="B", now=timezone.now())
        ratings.refresh(now=timezone.now())
        stop = threading.Event()
        voters = [threading.Thread(target=vote_on, args=(waiting, stop)) for _ in range(VOTERS)]
        for voter in voters:
            voter.start()
        time.sleep(0.05)

        manifest = backups.take(folder=tmp_path / "backup", now=timezone.now())
        stop.set()
        for voter in voters:
            voter.join()
        other = tmp_path / "other"
        restored = manage(empty_database, other, "restore", str(tmp_path / "backup"))

        assert restored.returncode == 0, restored.stderr
        assert 20 <= manifest.rows["arena_vote"] <= Vote.objects.count()
        assert (other / "samples" / "run-1-1" / "sums.parquet").read_bytes() == b"PAR1"
        assert manage(empty_database, other, "migrate", "--check").returncode == 0

    def test_that_changed_since_is_refused(self, samples: Path, tmp_path: Path) -> None:
        needs_client_programs()
        folder = tmp_path / "backup"
        backups.take(folder=folder, now=timezone.now())
        (folder / "samples" / "run-1-1" / "sums.parquet").write_bytes(b"XXXX")

        with pytest.raises(backups.BadBackup, match="Samples have changed"):
            backups.read(folder)

    def test_is_not_put_over_data_by_mistake(self, samples: Path, tmp_path: Path) -> None:
        needs_client_programs()
        factories.model()
        backups.take(folder=tmp_path / "backup", now=timezone.now())

        with pytest.raises(backups.BadBackup, match="--replace"):
            backups.restore(folder=tmp_path / "backup", now=timezone.now())

    def test_whose_ratings_are_not_those_of_its_votes_is_told(self) -> None:
        factories.vote(factories.battle())
        snapshot = ratings.refresh(now=timezone.now())
        assert snapshot
        backups.verify_ratings()
        snapshot.ratings.update(value=1234.5)

        with pytest.raises(backups.BadBackup, match="not those that the votes give"):
            backups.verify_ratings()
        assert ratings.current() == snapshot
