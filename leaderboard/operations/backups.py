"""A backup: one consistent copy of the database, the samples, and a manifest that proves both.

It is taken while the site works. Restoring verifies every count and hash, and that the ratings
rebuilt from the restored votes are the published ones. Weights are not in it (they can be fetched
again), nor is SECRET_KEY.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from arena import replay
from evals import schema
from leaderboard.operations import dumps
from workers.models import Heartbeat

MANIFEST = "manifest.json"
SAMPLES = "samples"
FORMAT = 1
PASSING = {
    "workers_heartbeat",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "django_session",
}


class BadBackup(Exception):
    """A backup that cannot be trusted, or a place that it may not be put into."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    format: int
    taken_at: str
    vendor: str
    dump: str  # the hash of the copy of the database
    rows: dict[str, int]  # of each table, counted in the very state that was copied
    samples: dict[str, str]  # the hash of each file


def take(*, folder: Path, now: datetime) -> Manifest:
    """Copy everything into a new folder; it appears whole or not at all."""
    if folder.exists():
        raise BadBackup(f"{folder} exists already: give a new folder.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    rows = dumps.write(unfinished, tables=_tables())
    _copy_tree(Path(settings.SAMPLES_DIR), unfinished / SAMPLES)
    manifest = Manifest(
        format=FORMAT,
        taken_at=now.isoformat(),
        vendor=connection.vendor,
        dump=_hash(unfinished / dumps.NAME),
        rows=rows,
        samples=_hashes(unfinished / SAMPLES),
    )
    (unfinished / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
    os.replace(unfinished, folder)
    return manifest


def restore(*, folder: Path, now: datetime, replace: bool = False) -> Manifest:
    """Put a backup in the place of this installation's data, and verify it."""
    manifest = read(folder)
    if manifest.vendor != connection.vendor:
        raise BadBackup(f"It was taken from {manifest.vendor}; here is {connection.vendor}.")
    _refuse_to_overwrite(now=now, replace=replace)
    dumps.read(folder, now=now)
    _copy_tree(folder / SAMPLES, Path(settings.SAMPLES_DIR))
    verify(manifest)
    return manifest


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup whose files are all as they were."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BadBackup(f"{folder} holds no backup: {error}") from error
    if manifest.dump != _hash(folder / dumps.NAME):
        raise BadBackup("The copy of the database has changed since it was made.")
    if manifest.samples != _hashes(folder / SAMPLES):
        raise BadBackup("Samples have changed since the backup was made.")
    return manifest


def verify(manifest: Manifest) -> None:
    """Compare what is here with a manifest, and the ratings with their votes."""
    found = dumps.count(_tables())
    wrong = [name for name, count in manifest.rows.items() if found.get(name) != count]
    if wrong:
        raise BadBackup(f"Rows are missing in {', '.join(wrong)}.")
    verify_ratings()


def verify_ratings() -> None:
    """Compute every kept snapshot again from the votes and compare, bit for bit."""
    if schema.unapplied():
        return  # an older backup: the check belongs after `manage.py migrate`
    if faults := replay.check().faults:
        raise BadBackup(f"The ratings are not those that the votes give: {faults[0]}")


def _refuse_to_overwrite(*, now: datetime, replace: bool) -> None:
    if not dumps.has_tables():
        return
    if Heartbeat.objects.alive(now=now).exclude(role=Heartbeat.PROBE).exists():
        raise BadBackup("The site is running: stop it first.")
    has_rows = any(dumps.count(_tables()).values())
    if has_rows and not replace:
        raise BadBackup("There are data here already: add --replace to put the backup in place.")


def _tables() -> list[str]:
    """Return the tables whose rows are counted: not those that change while the site starts."""
    names = set(connection.introspection.django_table_names(include_views=False))
    return sorted(names - PASSING)


def _copy_tree(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _hash(path) for path in files}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
