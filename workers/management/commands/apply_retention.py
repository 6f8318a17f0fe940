"""manage.py apply_retention: let go of what is kept no longer; --dry-run only says what that is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workers import retention


class Command(BaseCommand):
    """Does at once what a worker of answers does once a day."""

    help = "Let go of conversations, notices, logs, samples and downloads that are too old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether anything is to be changed."""
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")

    def handle(self, *_: Any, dry_run: bool, **__: Any) -> None:
        """Print what was, or would be, let go."""
        verb = "would go" if dry_run else "gone"
        for part in retention.apply(now=timezone.now(), is_dry=dry_run):
            kept = f"kept for {part.kept_days} days" if part.kept_days else "kept for ever"
            self.stdout.write(f"{part.name}: {part.count} {verb}, {kept}")
