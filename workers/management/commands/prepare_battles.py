"""manage.py prepare_battles --count N: answer battles ahead of their voters."""

from argparse import ArgumentParser
from random import SystemRandom
from typing import Any

from django.core.management.base import BaseCommand

from workers import preparation


class Command(BaseCommand):
    """Needs running engines; without them it prepares nothing and says so."""

    help = "Answer battles of sampled pairs ahead, many at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how many."""
        parser.add_argument("--count", type=int, help="how many; default: what is missing")

    def handle(self, *_: Any, **options: Any) -> None:
        """Prepare, and say how many there are."""
        count, random = options["count"], SystemRandom()
        made = (
            preparation.top_up(random=random)
            if count is None
            else preparation.prepare(count=count, random=random)
        )
        self.stdout.write(f"{len(made)} battles prepared.")
