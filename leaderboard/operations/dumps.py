"""The database copied into one file and back: SQLite by VACUUM INTO, PostgreSQL by its own tools.

Both copy one consistent state while others write, and count its rows in that same state.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

NAME = "database.dump"
TIMEOUT_S = 6 * 3600


class ToolMissing(Exception):
    """A program of PostgreSQL is needed and not there."""


def write(folder: Path, *, tables: list[str]) -> dict[str, int]:
    """Copy the database into the folder; return the rows of each table in the copy."""
    target = folder / NAME
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        with closing(sqlite3.connect(target)) as copy:
            return {name: copy.execute(_counting(name)).fetchone()[0] for name in tables}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        return count(tables)


def read(folder: Path, *, now: datetime) -> None:
    """Put the copy in the place of the database; SQLite's earlier file is kept beside it."""
    source = folder / NAME
    if connection.vendor == "sqlite":
        _replace_sqlite(source, Path(connection.settings_dict["NAME"]), now)
        return
    connection.close()
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        f"--dbname={connection.settings_dict['NAME']}",
        str(source),
    )


def count(tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows each table has; one that does not exist has none."""
    known = set(connection.introspection.table_names())
    found = {}
    with connection.cursor() as cursor:
        for name in tables:
            if name in known:
                cursor.execute(_counting(name))
                found[name] = int(cursor.fetchone()[0])
    return found


def has_tables() -> bool:
    """Say whether anything has ever been migrated here."""
    return "django_migrations" in connection.introspection.table_names()


def _counting(table: str) -> str:
    return f"SELECT count(*) FROM {connection.ops.quote_name(table)}"  # noqa: S608 - our own names


def _replace_sqlite(source: Path, target: Path, now: datetime) -> None:
    if target.exists():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        os.replace(target, target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%S}"))
        for ending in ("-wal", "-shm"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.copyfile(source, unfinished)
    os.replace(unfinished, target)


def _run(program: str, *arguments: str) -> None:
    told = connection.settings_dict
    if (path := shutil.which(program)) is None:
        raise ToolMissing(f"{program} is missing: install PostgreSQL's client programs.")
    environment = {
        **os.environ,
        "PGHOST": told["HOST"],
        "PGPORT": str(told["PORT"] or 5432),
        "PGUSER": told["USER"],
        "PGPASSWORD": told["PASSWORD"],
        "PGDATABASE": told["NAME"],
    }
    subprocess.run([path, *arguments], env=environment, check=True, timeout=TIMEOUT_S)
