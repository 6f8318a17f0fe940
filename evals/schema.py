"""Whether the database has the tables that this code expects.

Every long-running process asks once before it serves: running new code on old tables loses data
in ways that show late. A database that does not answer is no reason to stay away: it comes back.
"""

from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


class Unmigrated(ImproperlyConfigured):
    """The database is older than the code."""


def unapplied() -> list[str]:
    """Return the migrations that the database still lacks, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def require_current() -> None:
    """Raise Unmigrated where the database is older than the code."""
    with ThreadPoolExecutor(1) as thread:  # a server's event loop may already run in ours
        missing = thread.submit(_unapplied_and_close).result()
    if missing:
        raise Unmigrated(
            f"The database lacks {len(missing)} migrations ({', '.join(missing[:3])}…): "
            "run `manage.py migrate`, then start again."
        )


def _unapplied_and_close() -> list[str]:
    try:
        return unapplied()
    except DatabaseError:
        return []
    finally:
        connection.close()
