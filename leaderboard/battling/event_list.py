"""What the public changelog shows: its rows, and how many votes every rule leaves out today."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count

from arena import exclusions, ratings
from arena.models import PublicEvent, Vote

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule over votes, and how many it leaves out."""

    code: str
    because: str
    votes: int


@dataclass(frozen=True, slots=True)
class EventList:
    """A page of the changelog, newest first."""

    events: Page[PublicEvent]
    rules: tuple[Rule, ...]
    counted: int  # votes in the published ratings


def read(*, number: str) -> EventList:
    """Return a page of the changelog with the present counts."""
    totals, published = exclusion_counts(), ratings.current()
    return EventList(
        events=Paginator(PublicEvent.objects.order_by("-pk"), PER_PAGE).get_page(number),
        rules=tuple(
            Rule(code, exclusions.because(code), totals.get(code, 0))
            for code in Vote.Exclusion.values
        ),
        counted=published.votes if published else 0,
    )


def exclusion_counts() -> dict[str, int]:
    """Return how many votes each rule leaves out, by code."""
    rows = (
        Vote.objects.exclude(exclusion="")
        .order_by()
        .values_list("exclusion")
        .annotate(votes=Count("pk"))
    )
    return dict(rows)
