"""Submit everything in zoo/zoo.yaml, in its order, through the checks that everybody passes."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evals.models import Contender
from evals.submissions import Order
from workers.management import intake


class Command(BaseCommand):
    """`manage.py submit_zoo`: again and again without harm."""

    help = "Submit the zoo's models, adapters and baseline."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what can be given."""
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "zoo" / "zoo.yaml")

    def handle(self, *_: Any, **options: Any) -> None:
        """Submit each entry; an adapter's parent has been submitted above it."""
        slugs: dict[str, str] = {}
        refused = 0
        for entry in _entries(options["file"]):
            contender = intake.take(_order(entry, slugs), self)
            if contender is None:
                refused += 1
            else:
                slugs[entry["name"]] = contender.slug
        if refused:
            raise CommandError(f"{refused} of the zoo were refused.")


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        return list(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _order(entry: dict[str, Any], slugs: dict[str, str]) -> Order:
    """Return the order of an entry; `name` and `parent` are the zoo's own short names."""
    is_baseline = entry["kind"] == Contender.Kind.BASELINE
    parent = entry.get("parent") or ""
    hours = entry.get("cpu_hours") is not None
    return Order(
        kind=entry["kind"],
        source=Contender.Source.API if is_baseline else Contender.Source.DIRECTORY,
        locator=settings.BASELINE_URL if is_baseline else entry["path"],
        api_model=entry["name"] if is_baseline else "",
        name=entry["name"].capitalize() if is_baseline else "",
        parent_slug=slugs.get(parent, parent),
        description=entry.get("description", ""),
        licence=entry.get("licence", ""),
        released_at=date.fromisoformat(str(entry["released_at"])),
        training_cost_usd=_dollars(entry.get("training_cost_usd")),
        cost_evidence=Contender.CostEvidence.GPU_HOURS if hours else "UNKNOWN",
        price_usd_per_million_tokens=_dollars(entry.get("price_usd_per_million_tokens")),
    )


def _dollars(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))
