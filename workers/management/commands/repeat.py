"""Measure a submission again, or go on with it: `manage.py repeat ID [--resume]`."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evals import repeats
from evals.models import Submission
from evals.submissions import Submitter
from workers import tasks
from workers.management.intake import SUBMITTER_KEY


class Command(BaseCommand):
    """The same operations as the buttons of the page."""

    help = "Measure a submission again from the start, or go on with one that ended early."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which one, and whether to go on."""
        parser.add_argument("submission", type=UUID)
        parser.add_argument(
            "--resume", action="store_true", help="go on after its last finished benchmark"
        )

    def handle(self, *, submission: UUID, resume: bool, **_: Any) -> None:
        """Queue it, and say under which id it can be followed."""
        now = timezone.now()
        found = Submission.objects.select_related("run__suite", "contender")
        try:
            asked = found.get(pk=submission)
            if resume:
                repeats.resume(run=asked.run, now=now)
            else:
                by = Submitter(None, SUBMITTER_KEY)
                asked = repeats.rerun(submission=asked, by=by, now=now, is_limited=False)
        except Submission.DoesNotExist as error:
            raise CommandError(f"There is no submission {submission}.") from error
        except repeats.NotRepeatable as refusal:
            raise CommandError(str(refusal)) from refusal
        tasks.ring_runs()
        self.stdout.write(f"{asked.contender.slug}: queued, submission {asked.pk}")
