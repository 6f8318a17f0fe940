"""Keep what lm-eval measured elsewhere, as reported: `manage.py import_results FILE --of SLUG`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evals import importing, suites
from evals.models import Contender
from evals.problems import Refused
from evals.submissions import Submitter


class Command(BaseCommand):
    """The same operation as the page and the API."""

    help = "Keep the scores of an lm-eval results file as reported, for a contender on the site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, whose it is, and the suite."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--of", required=True, metavar="SLUG", help="the contender")
        parser.add_argument("--suite", default="", help="default: the site's")

    def handle(self, *, file: Path, of: str, suite: str, **_: Any) -> None:
        """Keep it, and say what was passed over."""
        try:
            imported = importing.keep(
                content=file.read_bytes(),
                contender=Contender.objects.get(slug=of),
                suite=suites.named(suite),
                by=Submitter(None, "command line"),
                now=timezone.now(),
                is_limited=False,
            )
        except Contender.DoesNotExist as error:
            raise CommandError(f"No contender has the slug {of}: submit it first.") from error
        except (Refused, suites.SuiteMissing, OSError) as error:
            raise CommandError(str(error)) from error
        for reason in imported.passed_over:
            self.stderr.write(f"passed over {reason}")
        self.stdout.write(
            f"{of}: {imported.scores} scores reported, submission {imported.submission.pk}"
        )
