"""manage.py export_votes FILE: write the votes, or conversations, as JSON lines or Parquet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena import export_files, exports


class Command(BaseCommand):
    """The ending of FILE says the form."""

    help = "Write counted votes (or --conversations of those who agreed) to FILE.jsonl or .parquet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and what goes into it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--conversations", action="store_true")
        parser.add_argument("--all", action="store_true", help="also votes that do not count")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write, and say how large it became."""
        path, form = options["file"], options["file"].suffix[1:]
        if form not in export_files.TYPES:
            raise CommandError("Name the file .jsonl or .parquet.")
        is_talk = options["conversations"]
        portions = exports.conversations() if is_talk else exports.votes(everything=options["all"])
        what = "conversations" if is_talk else "votes"
        with path.open("wb") as file:
            for piece in export_files.pieces(portions, what=what, form=form):
                file.write(piece)
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes of {what}.")
