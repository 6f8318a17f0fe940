"""What `manage.py doctor` looks at: how each thing is and, where it is not well, what to do.

Findings are values; the command prints them. Nothing is changed.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from arena.models import Battle, Prompt
from evals import schema
from evals.models import EvalRun, Suite
from leaderboard.operations import health

Level = Literal["well", "note", "wrong"]
LONG_PATH = 80
STUCK_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing is, and what to do about it."""

    level: Level
    subject: str
    sentence: str
    remedy: str = ""


def diagnose() -> Iterator[Finding]:
    """Yield every finding; what needs the database is left out where there is none."""
    yield from _machine()
    yield from _files()
    reached = list(_database())
    yield from reached
    if all(finding.level != "wrong" for finding in reached):
        yield from _contents()
        yield from _parts()
        yield from _stuck()
    yield from _broker()
    yield from _secrets()


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("well", "Python", f"Python {version}.")
    if find_spec("vllm") is None:
        yield Finding(
            "note",
            "vLLM",
            "vLLM is not installed here.",
            "Fine for a web node; a node with engines needs `BUILD=gpu make run`.",
        )
    else:
        yield from _children()
    if not settings.EMBEDDED and connection.vendor == "sqlite":
        yield Finding(
            "note",
            "database",
            "EMBEDDED is off and the database is SQLite.",
            "One machine only: set DATABASE_URL to PostgreSQL for more.",
        )


def _children() -> Iterator[Finding]:
    """Try what children that handle other people's files are kept from here."""
    command = [sys.executable, "-m", "workers.children.confinement"]
    said = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, check=False)
    found = json.loads(said.stdout) if said.returncode == 0 else {}
    if found.get("network") and found.get("files"):
        sentence = "The scoring child has no network, no secret and none of the site's files."
        yield Finding("well", "children", sentence)
    else:
        yield Finding(
            "note",
            "children",
            "This host does not keep the scoring child from the network and the site's files.",
            "Allow user namespaces and Landlock (Linux 5.13, in containers the default profile).",
        )


def _files() -> Iterator[Finding]:
    var = Path(settings.VAR_DIR)
    if not os.access(var, os.W_OK):
        yield Finding(
            "wrong",
            "files",
            f"{var} cannot be written to.",
            "Give it to the user that the site runs as.",
        )
    elif len(str(var)) >= LONG_PATH:
        yield Finding(
            "wrong",
            "files",
            f"{var} is too long a path for sockets in it.",
            "Set VAR_DIR to a shorter one.",
        )
    else:
        yield Finding("well", "files", f"{var} can be written to.")
    room = health.disk()
    yield _of(room, "Delete old logs and samples, or give VAR_DIR a larger disk.")
    for root in settings.MODEL_ROOT:
        if not root.is_dir():
            yield Finding(
                "note",
                "models",
                f"{root} in MODEL_ROOT does not exist.",
                "Create it, or take it out of MODEL_ROOT.",
            )
    if not Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        yield Finding(
            "wrong",
            "static files",
            "Static files are not collected: pages fail.",
            "Run `manage.py collectstatic --no-input`.",
        )


def _database() -> Iterator[Finding]:
    try:
        missing = schema.unapplied()
        if missing:
            yield Finding(
                "wrong",
                "database",
                f"{len(missing)} migrations are not applied.",
                "Run `manage.py migrate`, then start the site again.",
            )
        else:
            yield Finding("well", "database", f"{connection.vendor}: every migration is applied.")
        yield from _sqlite() if connection.vendor == "sqlite" else _postgres()
    except DatabaseError as error:
        yield Finding(
            "wrong",
            "database",
            f"It does not answer: {error}".strip(),
            "Start it, or correct DATABASE_URL.",
        )


def _sqlite() -> Iterator[Finding]:
    if (found := _value("PRAGMA quick_check")) != "ok":
        yield Finding(
            "wrong",
            "database",
            f"SQLite finds damage: {found}",
            "Stop the site and `manage.py restore` the newest backup.",
        )
    if (mode := _value("PRAGMA journal_mode")) != "wal":
        yield Finding(
            "wrong",
            "database",
            f"The journal's mode is {mode}, not WAL.",
            "Keep VAR_DIR on a local disk: network file systems cannot lock.",
        )


def _postgres() -> Iterator[Finding]:
    most = int(str(_value("SHOW max_connections")))
    pool = settings.DATABASES["default"]["OPTIONS"].get("pool", {}).get("max_size", 0)
    if pool * 3 > most:
        yield Finding(
            "note",
            "database",
            f"PostgreSQL allows {most} connections in all.",
            f"Raise max_connections, or lower DATABASE_POOL ({pool} a process).",
        )
    skew = abs(
        float(str(_value("SELECT extract(epoch FROM clock_timestamp())")))
        - timezone.now().timestamp()
    )
    if skew > 2:
        yield Finding(
            "wrong",
            "clock",
            f"This machine and the database differ by {skew:.0f} s.",
            "Have both follow a time server: leases compare their clocks.",
        )


def _value(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return row[0] if row else None


def _contents() -> Iterator[Finding]:
    if not Suite.objects.current().filter(key=settings.DEFAULT_SUITE).exists():
        yield Finding(
            "wrong",
            "suites",
            f"The suite {settings.DEFAULT_SUITE} is not loaded.",
            "Run `manage.py load_suites`.",
        )
    if not Prompt.objects.exists():
        yield Finding(
            "note",
            "prompts",
            "No suggested prompts are loaded.",
            "Run `manage.py load_prompts`; battles are not prepared without them.",
        )


def _parts() -> Iterator[Finding]:
    yield _of(health.workers(), "Start the workers; docs/operations/README.md has the commands.")
    yield _of(
        health.engines(),
        "Start `manage.py serve_engines`, or register a server with "
        "`manage.py register_deployment`.",
    )


def _stuck() -> Iterator[Finding]:
    now = timezone.now()
    lost = EvalRun.objects.expired(now=now).count()
    if lost:
        yield Finding(
            "wrong",
            "runs",
            f"{lost} running runs have no worker any more.",
            "Start a worker of runs: it sweeps them back into the queue.",
        )
    old = Battle.objects.filter(state="ANSWERING", created_at__lt=now - STUCK_AFTER).count()
    if old:
        yield Finding(
            "wrong",
            "battles",
            f"{old} battles have waited over five minutes.",
            "Start a worker of answers: it takes them up or ends them.",
        )


def _broker() -> Iterator[Finding]:
    found = health.broker()
    yield _of(found, "Start it, or correct REDIS_URL. Until then work is found by polling.")
    if not found.holds:
        return
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        try:
            policy = dict(client.config_get("maxmemory-policy")).get("maxmemory-policy")
        except redis.RedisError:
            return  # a hosted one may not tell
    if policy != "noeviction":
        yield Finding(
            "note",
            "broker",
            f"It drops keys when it is full (policy {policy}).",
            "Set maxmemory-policy to noeviction: bells must not vanish.",
        )


def _secrets() -> Iterator[Finding]:
    for host, variable in settings.BASELINE_KEYS.items():
        if not os.environ.get(variable):
            yield Finding(
                "wrong",
                "keys",
                f"{variable}, the key of {host}, is not set.",
                "Set it for the workers, or take the host out of BASELINE_KEYS.",
            )
    kept = Path(settings.VAR_DIR, "secret_key")
    if kept.exists() and kept.stat().st_mode & 0o077:
        yield Finding("wrong", "keys", f"Others can read {kept}.", f"Run `chmod 600 {kept}`.")


def _of(part: health.Part, remedy: str) -> Finding:
    if part.holds:
        return Finding("well", part.name, part.sentence)
    return Finding("wrong" if part.is_vital else "note", part.name, part.sentence, remedy)
