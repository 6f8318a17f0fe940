"""What the page of one's own votes shows: each verdict, whether it counts, and if not, why."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from arena import exclusions
from arena.models import Consent, Turn, Vote

PER_PAGE = 50
EXCERPT = 120


@dataclass(frozen=True, slots=True)
class VoteLine:
    """One verdict as its voter sees it."""

    url: str
    prompt: str
    choice: str
    names: tuple[str, str]
    excluded_because: str  # "" when it counts
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class VoteList:
    """A page of verdicts, newest first, with how many there are in all."""

    lines: tuple[VoteLine, ...]
    pages: Page[Vote]
    total: int
    counted: int
    has_agreed: bool  # that the conversations may be published


def read(*, voter: str, number: str) -> VoteList:
    """Return a page of this voter's votes; nobody's are none."""
    mine = of_voter(voter)
    sums = mine.aggregate(total=Count("pk"), counted=Count("pk", filter=Q(exclusion="")))
    page = Paginator(mine, PER_PAGE).get_page(number)
    votes = list(page.object_list)
    prompts = _prompts(votes)
    return VoteList(
        lines=tuple(_line(each, prompts.get(each.battle_id, "")) for each in votes),
        pages=page,
        total=sums["total"],
        counted=sums["counted"],
        has_agreed=Consent.objects.filter(voter=voter).exists(),
    )


def of_voter(voter: str) -> QuerySet[Vote]:
    """Return all votes of one voter, newest first, with who was who."""
    mine = Vote.objects.of_voter(voter) if voter else Vote.objects.none()
    related = mine.select_related("battle__contender_a", "battle__contender_b")
    return related.order_by("-cast_at", "-pk")


def _prompts(votes: list[Vote]) -> dict[object, str]:
    first = Turn.objects.filter(number=1, battle__in=[each.battle_id for each in votes])
    return {turn.battle_id: turn.prompt for turn in first}


def _line(vote: Vote, prompt: str) -> VoteLine:
    battle = vote.battle
    return VoteLine(
        url=reverse("battle-detail", args=[battle.pk]),
        prompt=prompt[:EXCERPT],
        choice=vote.get_choice_display(),
        names=(battle.contender_a.name, battle.contender_b.name),
        excluded_because=exclusions.because(vote.exclusion),
        cast_at=vote.cast_at,
    )
