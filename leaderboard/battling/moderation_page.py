"""What staff see: battles with open reports, all that is needed to decide, and what was decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet, prefetch_related_objects

from arena import exclusions
from arena.models import Battle, Report, Ruling, SharedBattle, Vote
from leaderboard.battling.battle_page import Exchange, exchanges

CASES = 10
DECIDED = 30


@dataclass(frozen=True, slots=True)
class Case:
    """One battle, who complained of what, and what was decided about it."""

    battle: Battle
    exchanges: tuple[Exchange, ...]
    reports: list[Report]
    rulings: list[Ruling]
    vote: Vote | None
    excluded_because: str
    shared_key: str
    others: int  # rulings against the same voter, over all battles

    @property
    def is_open(self) -> bool:
        """Say whether somebody waits for a decision."""
        return any(each.ruling_id is None for each in self.reports)


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of cases, those that wait longest first, and the newest decisions."""

    pages: Page[Battle]
    cases: tuple[Case, ...]
    waiting: int
    decided: list[Ruling] = field(default_factory=list)


def queue(*, number: str) -> Queue:
    """Return a page of the queue."""
    found = waiting()
    page = Paginator(found, CASES).get_page(number)
    newest = Ruling.objects.select_related("battle", "made_by", "undone_by").order_by("-pk")
    return Queue(
        pages=page,
        cases=tuple(cases(list(page.object_list))),
        waiting=page.paginator.count,
        decided=list(newest[:DECIDED]),
    )


def waiting() -> QuerySet[Battle]:
    """Return the battles with open reports, the longest waiting first."""
    is_open = Q(reports__isnull=False, reports__ruling=None)
    since = Min("reports__reported_at", filter=is_open)
    found = Battle.objects.filter(is_open).annotate(since=since, complaints=Count("reports"))
    related = found.select_related("contender_a", "contender_b")
    return related.order_by("since", "pk")


def case(battle_id: UUID) -> Case | None:
    """Return one case, decided or not; None where there is no such battle."""
    related = Battle.objects.select_related("contender_a", "contender_b")
    return next(cases(list(related.filter(pk=battle_id))), None)


def cases(battles: list[Battle]) -> Iterator[Case]:
    """Yield the case of each battle, in a fixed number of queries."""
    prefetch_related_objects(battles, "turns__responses")
    votes = {each.battle_id: each for each in Vote.objects.filter(battle__in=battles)}
    shared = dict(SharedBattle.objects.filter(battle__in=battles).values_list("battle", "key"))
    reports = _by_battle(Report.objects.filter(battle__in=battles).order_by("pk"))
    related = Ruling.objects.select_related("made_by", "undone_by")
    rulings = _by_battle(related.filter(battle__in=battles).order_by("pk"))
    earlier = _against([each.voter for each in battles if each.voter])
    for battle in battles:
        vote = votes.get(battle.pk)
        yield Case(
            battle=battle,
            exchanges=exchanges(battle, battle.exchanges()),
            reports=reports.get(battle.pk, []),
            rulings=rulings.get(battle.pk, []),
            vote=vote,
            excluded_because=exclusions.because(vote.exclusion) if vote else "",
            shared_key=shared.get(battle.pk, ""),
            others=earlier.get(battle.voter, 0),
        )


def _by_battle(rows: Iterable[Report] | Iterable[Ruling]) -> dict[UUID, list]:  # type: ignore[type-arg]
    found: dict[UUID, list] = {}  # type: ignore[type-arg]
    for row in rows:
        found.setdefault(row.battle_id, []).append(row)
    return found


def _against(voters: list[str]) -> dict[str, int]:
    """Return how many rulings in force, but dismissals, concern battles of these voters."""
    serious = Ruling.objects.in_force().exclude(kind=Ruling.Kind.DISMISS)
    counted = serious.filter(battle__voter__in=voters).order_by().values_list("battle__voter")
    return dict(counted.annotate(count=Count("pk")))
