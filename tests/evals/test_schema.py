"""Code does not serve on tables that are older than itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from evals import schema
from tests.tree import ROOT


def serve(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    """Load a long-running program's module over an empty database."""
    environment = {**os.environ, "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/x"}
    return subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class TestSchema:
    @pytest.mark.django_db
    def test_is_current_after_migrating(self) -> None:
        assert schema.unapplied() == []

    @pytest.mark.django_db
    def test_lacks_what_was_not_applied(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'arena'")

        assert "arena.0001_initial" in schema.unapplied()

    def test_that_is_old_keeps_the_site_from_starting(self, tmp_path: Path) -> None:
        started = serve(tmp_path, "leaderboard.asgi")

        assert started.returncode != 0
        assert "manage.py migrate" in started.stderr

    def test_of_a_database_that_is_away_does_not(self, tmp_path: Path) -> None:
        folder = tmp_path / "x"
        folder.mkdir()  # SQLite cannot open a directory

        assert serve(tmp_path, "leaderboard.asgi").returncode == 0
