"""Ratings of all counted votes: one fit, published whole, the newest row is the one shown.

Nothing is kept but the votes and the snapshots made of them, so every rating can be computed
again. Votes are read by one query, in their order; the arithmetic is elsewhere.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from arena import bradley_terry, elo
from arena.models import Rating, RatingSnapshot, Vote
from evals.models import Contender

POLICY = "ties-half-v1"  # a tie and both-bad are half a win each
SCORES: Mapping[str, float] = MappingProxyType(
    {Vote.Choice.A: 1.0, Vote.Choice.B: 0.0, Vote.Choice.TIE: 0.5, Vote.Choice.BOTH_BAD: 0.5}
)


@dataclass(frozen=True, slots=True)
class _Votes:
    """All counted votes in their order, as columns."""

    ids: list[int]
    a: list[int]
    b: list[int]
    choices: list[str]
    voters: list[str]


def current() -> RatingSnapshot | None:
    """Return the published snapshot; its ratings are complete."""
    return RatingSnapshot.objects.order_by("-pk").first()


def refresh(*, now: datetime) -> RatingSnapshot | None:
    """Publish a fit of all counted votes; None when the newest one already is that.

    Whoever loses a race against another refresh looks again, so an older count never replaces
    a newer one.
    """
    while _has_news(newest := current()):
        started = time.perf_counter()
        votes = _read()
        ratings = _rate(votes)
        snapshot = RatingSnapshot(
            created_at=now,
            votes=len(votes.ids),
            last_vote=max(votes.ids, default=0),
            policy=POLICY,
            seconds=time.perf_counter() - started,
        )
        if _publish(snapshot, ratings, after=newest):
            return snapshot
    return None


def vote_counts() -> dict[int, int]:
    """Return how many counted votes each rated contender has, by primary key."""
    return dict(_published().values_list("contender_id", "votes"))


def elo_of(*contender_ids: int) -> list[float]:
    """Return the published Elo of each contender; a newcomer's is where all begin."""
    known = dict(_published().filter(contender__in=contender_ids).values_list("contender", "elo"))
    return [known.get(each, settings.ELO_START) for each in contender_ids]


def history(*, contenders: Iterable[Contender], since: datetime) -> QuerySet[Rating]:
    """Return these contenders' ratings over time, oldest first, each with its snapshot."""
    return (
        Rating.objects.filter(contender__in=contenders, snapshot__created_at__gte=since)
        .select_related("snapshot")
        .order_by("snapshot_id", "contender_id")
    )


def _published() -> QuerySet[Rating]:
    newest = RatingSnapshot.objects.order_by("-pk").values("pk")[:1]
    return Rating.objects.filter(snapshot__in=newest)


def _has_news(newest: RatingSnapshot | None) -> bool:
    found = Vote.objects.counted().aggregate(votes=Count("pk"), last_vote=Max("pk"))
    if newest is None:
        return bool(found["votes"])
    return (newest.votes, newest.last_vote, newest.policy) != (
        found["votes"],
        found["last_vote"] or 0,
        POLICY,
    )


def _read() -> _Votes:
    rows = (
        Vote.objects.counted()
        .order_by("pk")
        .values_list("pk", "battle__contender_a", "battle__contender_b", "choice", "voter")
    )
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(5)]
    return _Votes(*columns)


def _rate(votes: _Votes) -> list[Rating]:
    """Compute everyone's rating, one row for each contender with a counted vote."""
    people = np.unique(np.array(votes.a + votes.b, dtype=np.int64))
    scores = [SCORES[choice] for choice in votes.choices]
    ballots = bradley_terry.Ballots(
        voter=np.unique(np.array(votes.voters, dtype=str), return_inverse=True)[1].astype(np.int64),
        a=np.searchsorted(people, votes.a).astype(np.int64),
        b=np.searchsorted(people, votes.b).astype(np.int64),
        score=np.array(scores, dtype=np.float64),
    )
    if not len(people):
        return []
    fit = bradley_terry.fit(
        ballots.tally(len(people)),
        prior=settings.RATING_PRIOR,
        anchor=settings.RATING_ANCHOR,
        ballots=ballots,
    )
    online = elo.replay(
        map(elo.Game, votes.a, votes.b, scores),
        k=settings.ELO_K,
        scale=settings.ELO_SCALE,
        start=settings.ELO_START,
    )
    return _rows([int(each) for each in people], fit, online)


def _rows(people: list[int], fit: bradley_terry.Fit, online: Mapping[int, float]) -> list[Rating]:
    ranks = bradley_terry.ranks_by_overlap(fit)
    return [
        Rating(
            contender_id=contender,
            value=float(fit.values[position]),
            lower=float(fit.lower[position]),
            upper=float(fit.upper[position]),
            elo=online[contender],
            votes=int(fit.games[position]),
            wins=float(fit.wins[position]),
            rank_lower=int(ranks[position]),
        )
        for position, contender in enumerate(people)
    ]


def _publish(
    snapshot: RatingSnapshot, ratings: list[Rating], *, after: RatingSnapshot | None
) -> bool:
    """Write the snapshot whole, unless another one was published meanwhile."""
    with transaction.atomic():
        # The first vote's row is the lock that all refreshes share (SQLite locks as a whole).
        Vote.objects.select_for_update(no_key=True).order_by("pk").first()
        if current() != after:
            return False
        snapshot.save(force_insert=True)
        for rating in ratings:
            rating.snapshot = snapshot
        Rating.objects.bulk_create(ratings)
    return True
