"""The numbers that ratings depend on, kept with what was computed by them.

A snapshot stays reproducible after a setting has changed, because its groundwork says which rules
it was made by; and a changed setting is noticed, so that everything is computed again.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from evals.models import Contender

VERSION = "fit-v2"  # changes when the same votes would give other bits


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything but the votes."""

    prior: float  # precision of the weak prior, per natural-log unit squared
    anchor: float  # where the vote-weighted mean, or the fixed contender, stands
    fixed: int  # primary key of the fixed contender; 0: none
    elo_k: float
    elo_scale: float
    elo_start: float
    version: str = "fit-v1"  # of the arithmetic; rows that name none are of the first

    def as_json(self) -> dict[str, Any]:
        """Return them as a row keeps them."""
        return asdict(self)


def current() -> Rules:
    """Return those that the settings say."""
    slug = settings.RATING_ANCHOR_CONTENDER
    fixed = Contender.objects.filter(slug=slug).values_list("pk", flat=True)[:1] if slug else ()
    return Rules(
        prior=settings.RATING_PRIOR,
        anchor=settings.RATING_ANCHOR,
        fixed=next(iter(fixed), 0),
        elo_k=settings.ELO_K,
        elo_scale=settings.ELO_SCALE,
        elo_start=settings.ELO_START,
        version=VERSION,
    )
