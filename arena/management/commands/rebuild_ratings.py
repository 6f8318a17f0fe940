"""Compute the ratings again from the votes: to publish them anew, or to check those published."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from arena import groundwork, ledger, ratings, replay


class Command(BaseCommand):
    """Rebuild, or with --check compare and change nothing."""

    help = "Compute all ratings again from the votes; --check compares every kept snapshot."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument(
            "--check", action="store_true", help="compare bit for bit, and change nothing"
        )

    def handle(self, *, check: bool, **_options: Any) -> None:
        """Do it, and end with status 1 where something differs."""
        if check:
            self._check()
            return
        ledger.catch_up()
        groundwork.renew(now=timezone.now())
        ratings.refresh(now=timezone.now())
        snapshot = ratings.current()
        self.stdout.write(f"Published: {snapshot}." if snapshot else "There are no votes yet.")

    def _check(self) -> None:
        report = replay.check()
        self.stdout.write(
            f"Compared {report.entries:,} entries with their votes, {report.groundworks:,} "
            f"groundworks and {report.snapshots:,} snapshots with the ledger."
        )
        if report.older:
            self.stdout.write(f"{report.older:,} older snapshots were made by other arithmetic.")
        if report.faults:
            lines = "\n".join(report.faults[: replay.FAULTS_MAX])
            raise CommandError(f"{len(report.faults)} differences:\n{lines}")
        self.stdout.write("Every bit is the same.")
