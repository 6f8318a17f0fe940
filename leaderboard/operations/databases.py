"""How the database is spoken to; docs/decisions/0010-database-connections.md tells why.

PostgreSQL's connections come from a pool of the process. SQLite's stay with their threads for a
while: opening one reads the whole schema, and closing the last one writes back the whole log.
"""

import sqlite3
from pathlib import Path
from typing import Any

import dj_database_url

LOCK_TIMEOUT_S = 2
POOL_WAIT_S = 5
SQLITE_WAIT_S = 10
SQLITE_KEPT_S = 60
SILENCE = {  # of a machine that has gone or was cut off: else a worker waits a quarter of an hour
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,  # milliseconds that what was sent may stay unacknowledged
}


def configured(
    url: str, *, test_dir: Path, pool: int, statement_timeout_s: float
) -> dict[str, Any]:
    """Return Django's dictionary for a database url."""
    found: dict[str, Any] = dict(
        dj_database_url.parse(url, conn_max_age=0, conn_health_checks=True)
    )
    if found["ENGINE"] == "django.db.backends.sqlite3":
        test = {"NAME": str(test_dir / "test.sqlite3")}
        return found | {"CONN_MAX_AGE": SQLITE_KEPT_S, "OPTIONS": _sqlite(), "TEST": test}
    timeouts = f"-c lock_timeout={LOCK_TIMEOUT_S}s"
    if statement_timeout_s:
        timeouts += f" -c statement_timeout={round(statement_timeout_s * 1000)}"
    options = {**SILENCE, **found.get("OPTIONS", {}), "options": timeouts}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": POOL_WAIT_S}
    return found | {"OPTIONS": options}


def held_open(path: str) -> sqlite3.Connection | None:
    """Open SQLite's file and keep it open, so that it stays readable whatever befalls its disk.

    Whoever closes it last removes its log and the log's index; on a full or read-only disk nobody
    could make them again, and then not even a page could be read. None: it cannot be opened now,
    which every page will say.
    """
    try:
        connection = sqlite3.connect(path, check_same_thread=False)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return None
    return connection


def _sqlite() -> dict[str, Any]:
    """Writers queue for the lock instead of failing; FULL keeps every acknowledged commit."""
    return {
        "timeout": SQLITE_WAIT_S,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
