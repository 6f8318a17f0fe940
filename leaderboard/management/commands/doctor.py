"""manage.py doctor: look over an installation, and say what to do about what is not well."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leaderboard.operations import diagnosis

MARKS = {"well": "✓", "note": "•", "wrong": "✗"}


class Command(BaseCommand):
    """Ends with an error where something is wrong; notes are no errors."""

    help = "Check this installation and say what to do."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form."""
        parser.add_argument("--json", action="store_true", help="findings for a program")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print every finding."""
        found = list(diagnosis.diagnose())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in found]))
        for finding in [] if options["json"] else found:
            self.stdout.write(f"{MARKS[finding.level]} {finding.subject}: {finding.sentence}")
            if finding.remedy:
                self.stdout.write(f"    {finding.remedy}")
        wrong = sum(finding.level == "wrong" for finding in found)
        if wrong:
            raise CommandError(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
