"""Voters whose votes do not look like a person's: found by a test, reviewed by staff, reversible.

A finding leaves the voter's counted votes out at once or after review, as ANOMALY_POLICY says, and
staff can turn it round: votes are restored, never lost. Every change is in the public changelog,
without a name. The test is in `arena.sequential`.
"""

from datetime import datetime, timedelta
from operator import itemgetter

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from arena import battles, exclusions, ratings, sequential
from arena.models import Battle, Rating, Suspicion, Vote

RECENT = timedelta(days=1)
MOST_VOTES = 2_000  # of one voter, the newest
LEFT = "LEFT"  # in place of a verdict: the battle was given up
OUTCOMES = {"A": sequential.A, "B": sequential.B, LEFT: sequential.LEFT}
REASON = Vote.Exclusion.ANOMALOUS
State = Suspicion.State
Line = tuple[datetime, int, int, str]  # when, A, B, the verdict or LEFT


def look(*, now: datetime) -> list[Suspicion]:
    """Test everyone who voted lately and is not known yet; return the new findings."""
    known = Suspicion.objects.values("voter")
    voters = (
        Vote.objects.counted()
        .exclude(voter__in=known)
        .values("voter")
        .annotate(votes=Count("pk"), newest=Max("cast_at"))
        .filter(votes__gte=settings.ANOMALY_MIN_VOTES, newest__gte=now - RECENT)
        .values_list("voter", flat=True)
    )
    rated = Rating.objects.filter(snapshot=ratings.current())
    published = dict(rated.values_list("contender", "value"))
    if not published:
        return []
    ties = _share_of_ties()
    return [found for voter in list(voters) if (found := _test(voter, published, ties, now))]


def uphold(*, suspicion: Suspicion, reviewer: User | None, now: datetime) -> None:
    """Confirm a finding: the voter's votes do not count."""
    _review(suspicion, State.UPHELD, reviewer, now)
    _hold(suspicion.voter, now)


def clear(*, suspicion: Suspicion, reviewer: User | None, now: datetime) -> None:
    """Withdraw a finding: what was left out because of it counts again."""
    with transaction.atomic():
        _review(suspicion, State.CLEARED, reviewer, now)
        exclusions.restore(
            votes=Vote.objects.of_voter(suspicion.voter),
            reason=REASON,
            sentence="A series of votes was reviewed by staff and counts again.",
            now=now,
        )


def p_value(votes: list[tuple[int, int, str]], published: dict[int, float], ties: float) -> float:
    """Return the test's answer for one voter's battles, given as A, B and the verdict or LEFT."""
    rated = [each for each in votes if each[0] in published and each[1] in published]
    places = {contender: place for place, contender in enumerate(published)}
    series = sequential.Votes(
        a=np.array([places[a] for a, _, _ in rated], dtype=np.int64),
        b=np.array([places[b] for _, b, _ in rated], dtype=np.int64),
        outcome=np.array(
            [OUTCOMES.get(choice, sequential.NEITHER) for *_, choice in rated], dtype=np.int64
        ),
    )
    strengths = np.array(list(published.values()), dtype=np.float64)
    return sequential.p_value(series, sequential.predictions(series, strengths, ties=ties))


def _test(voter: str, published: dict[int, float], ties: float, now: datetime) -> Suspicion | None:
    judged, left = _judged(voter), _left(voter, now)
    series = sorted([*judged, *left], key=itemgetter(0))
    chance = p_value([(a, b, choice) for _at, a, b, choice in series], published, ties)
    if chance > settings.ANOMALY_ALPHA:
        return None
    with transaction.atomic():
        found, is_new = Suspicion.objects.get_or_create(
            voter=voter,
            defaults={
                "p_value": chance,
                "votes": len(judged),
                "left": len(left),
                "found_at": now,
            },
        )
        if is_new and settings.ANOMALY_POLICY == "exclude":
            _hold(voter, now)
    return found if is_new else None


def _judged(voter: str) -> list[Line]:
    """Return the newest counted votes of one voter."""
    mine = Vote.objects.counted().of_voter(voter).order_by("-pk")[:MOST_VOTES]
    lines = mine.values_list("cast_at", "battle__contender_a", "battle__contender_b", "choice")
    return list(lines)


def _left(voter: str, now: datetime) -> list[Line]:
    """Return the battles that one voter got and gave up: drawing again must not pay."""
    forgotten = Q(state=Battle.State.READY, created_at__lt=now - battles.OPEN_WINDOW)
    stopped = Q(state=Battle.State.FAILED, error_code=battles.STOPPED)
    given_up = Q(state=Battle.State.ABANDONED) | forgotten | stopped
    mine = Battle.objects.blind().of_voter(voter).filter(given_up).order_by("-created_at", "pk")
    at = Coalesce("left_at", "taken_at", "created_at")
    lines = mine.annotate(at=at).values_list("at", "contender_a", "contender_b")[:MOST_VOTES]
    return [(*line, LEFT) for line in lines]


def _hold(voter: str, now: datetime) -> None:
    exclusions.exclude(
        votes=Vote.objects.of_voter(voter),
        reason=REASON,
        sentence="A series of votes by one voter was found anomalous and is left out.",
        now=now,
    )


def _review(suspicion: Suspicion, state: str, reviewer: User | None, now: datetime) -> None:
    suspicion.state, suspicion.reviewed_by, suspicion.reviewed_at = state, reviewer, now
    suspicion.save(update_fields=["state", "reviewed_by", "reviewed_at"])


def _share_of_ties() -> float:
    newest = Vote.objects.counted().order_by("-pk").values_list("choice", flat=True)[:10_000]
    choices = list(newest)
    neither = sum(each not in OUTCOMES for each in choices)
    return (neither + 1) / (len(choices) + 3)
