"""manage.py restore FOLDER: put a backup in place, and prove that it is complete."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leaderboard.operations import backups, dumps


class Command(BaseCommand):
    """The site must be stopped; data that are here already are replaced only when told to."""

    help = "Restore a backup and verify counts, hashes and ratings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which backup."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--replace", action="store_true", help="give up the data here now")

    def handle(self, *_: Any, **options: Any) -> None:
        """Restore it, and say what came back."""
        folder, replace = options["folder"], options["replace"]
        try:
            manifest = backups.restore(folder=folder, now=timezone.now(), replace=replace)
        except (backups.BadBackup, dumps.ToolMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{sum(manifest.rows.values())} rows and {len(manifest.samples)} files of samples are "
            "back; counts, hashes and ratings are verified. Run `manage.py migrate` next."
        )
