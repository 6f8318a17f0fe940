"""Submit from the command line: the same operation as the page, its answer as lines of text."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from evals import submissions
from evals.models import Contender
from evals.submissions import Order
from workers import tasks

SUBMITTER_KEY = "command line"


def take(order: Order, command: BaseCommand, *, suite_key: str = "") -> Contender | None:
    """Return the contender of an order; None, and every problem on stderr, if it is refused."""
    try:
        accepted = submissions.submit(
            order=order,
            submitter=None,
            submitter_key=SUBMITTER_KEY,
            now=timezone.now(),
            is_operator=True,
            suite_key=suite_key,
        )
    except submissions.Refused as refused:
        for problem in refused.problems:
            line = f"{order.locator}: {problem.field}: {problem.sentence} [{problem.code}]"
            command.stderr.write(line)
        return None
    tasks.ring_runs()
    for warning in accepted.warnings:
        command.stderr.write(f"{order.locator}: warning: {warning}")
    contender = accepted.submission.contender
    known = "submitted" if accepted.is_new else "known already"
    command.stdout.write(f"{contender.slug}: {known}, submission {accepted.submission.pk}")
    return contender
