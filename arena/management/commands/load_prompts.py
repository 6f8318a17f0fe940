"""manage.py load_prompts [FILE]: add the prompts of a JSON-lines file to a set."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arena import prompts


class Command(BaseCommand):
    """Adds what is new; running it again adds nothing."""

    help = 'Add the prompts of a file of {"theme", "text"} lines to a set (the built-in one).'

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and the set's key and title."""
        built_in = settings.BASE_DIR / "zoo" / "prompts.jsonl"
        parser.add_argument("file", nargs="?", type=Path, default=built_in)
        parser.add_argument("--key", default=prompts.BUILT_IN)
        parser.add_argument("--title", default="The zoo's prompts")

    def handle(self, *_: Any, **options: Any) -> None:
        """Load, and say how many were new."""
        path, key = options["file"], options["key"]
        try:
            loaded = prompts.load(source=path.read_bytes(), key=key, title=options["title"])
        except (OSError, prompts.BadPromptFile) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{loaded.added} prompts added to {key}.")
        if loaded.known:
            self.stdout.write(f"{loaded.known} were there already.")
