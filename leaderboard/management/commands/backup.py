"""manage.py backup: copy the database and the samples while the site works."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leaderboard.operations import backups, dumps


class Command(BaseCommand):
    """Writes a new folder under VAR_DIR/backups unless told otherwise."""

    help = "Take a backup of the database and the samples."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where it goes."""
        parser.add_argument("--to", type=Path, help="a folder that does not exist yet")

    def handle(self, *_: Any, **options: Any) -> None:
        """Take it, and say what is in it."""
        now = timezone.now()
        folder = options["to"] or Path(settings.VAR_DIR, "backups", f"{now:%Y%m%dT%H%M%SZ}")
        try:
            manifest = backups.take(folder=folder, now=now)
        except (backups.BadBackup, dumps.ToolMissing) as error:
            raise CommandError(str(error)) from error
        rows, files = sum(manifest.rows.values()), len(manifest.samples)
        self.stdout.write(f"{folder}: {rows} rows and {files} files of samples.")
