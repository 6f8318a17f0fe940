"""Submit a contender from the command line, through the same checks as the page and the API."""

from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evals.models import Contender
from evals.submissions import Order
from workers.management import intake


class Command(BaseCommand):
    """`manage.py submit models/heron --kind MODEL`."""

    help = "Submit a model, an adapter on a parent, or an API baseline."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the fields of an order."""
        parser.add_argument("locator", help="repository id, path under MODEL_ROOT, or API address")
        parser.add_argument("--kind", choices=Contender.Kind.values, default=None)
        parser.add_argument("--source", choices=Contender.Source.values, default=None)
        parser.add_argument("--revision", default="")
        parser.add_argument("--parent", default="", dest="parent_slug", metavar="SLUG")
        parser.add_argument("--variant-of", default="", dest="variant_of_slug", metavar="SLUG")
        parser.add_argument("--api-model", default="")
        parser.add_argument("--suite", default="", help="default: the site's")
        for name in ("name", "description", "licence"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--released-at", type=date.fromisoformat, default=None)
        parser.add_argument("--training-cost-usd", type=_dollars, default=None)
        parser.add_argument("--cost-evidence", default=Contender.CostEvidence.UNKNOWN)
        parser.add_argument("--price-usd-per-million-tokens", type=_dollars, default=None)

    def handle(self, *_: Any, **options: Any) -> None:
        """Submit, and say what became of it or what to mend."""
        if intake.take(_order(options), self, suite_key=options["suite"]) is None:
            raise CommandError("Nothing was submitted.")


def _order(options: dict[str, Any]) -> Order:
    """Return the order; kind and source follow from the rest where they are not given."""
    given = {field.name: options[field.name] for field in fields(Order)}
    is_url = given["locator"].startswith(("http://", "https://"))
    kind = given["kind"] or _kind(is_url=is_url, has_parent=bool(given["parent_slug"]))
    source = given["source"] or (Contender.Source.API if is_url else Contender.Source.DIRECTORY)
    return Order(**given | {"kind": kind, "source": source})


def _kind(*, is_url: bool, has_parent: bool) -> str:
    if is_url:
        return Contender.Kind.BASELINE
    return Contender.Kind.ADAPTER if has_parent else Contender.Kind.MODEL


def _dollars(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
