"""Load every suite of evals/suites/; a changed one becomes a new version."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evals import suites


class Command(BaseCommand):
    """`manage.py load_suites [FILE …]`."""

    help = "Load the suites of evals/suites/, or the given files."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be given."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *_: Any, **options: Any) -> None:
        """Load them and say what is current."""
        for path in options["files"] or sorted(Path(settings.SUITES_DIR).glob("*.yaml")):
            try:
                suite = suites.load(path)
            except (suites.SuiteInvalid, OSError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{suite}: {suite.benchmarks.count()} benchmarks")
