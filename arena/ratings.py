"""Ratings of all counted votes: one fit, published whole, the newest row is the one shown.

A refresh enters the new votes into the ledger, fits the kept counts, and publishes. A snapshot is a
function of a prefix of the ledger and the groundwork it names, so it can be computed again, bit for
bit (`arena.replay`). The arithmetic is elsewhere.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from arena import bradley_terry, groundwork, histories, ledger, pairs, ranks, tally, turnstile
from arena.categories import ALL
from arena.ledger import Columns
from arena.models import Groundwork, LedgerHead, Rating, RatingSnapshot, Vote
from arena.tally import Tallied
from evals.failpoints import failpoint
from evals.models import Contender

POLICY = "ties-half-v1"  # a tie and both-bad are half a win each
SCORES: Mapping[str, float] = MappingProxyType(
    {Vote.Choice.A: 1.0, Vote.Choice.B: 0.0, Vote.Choice.TIE: 0.5, Vote.Choice.BOTH_BAD: 0.5}
)
T = TypeVar("T")
Newest = tuple[int, float, datetime] | None  # a restored database may use a number again
_lock = threading.Lock()
_known: dict[Newest, pairs.Knowledge] = {}
_elo: dict[Newest, Mapping[int, float]] = {}


def current() -> RatingSnapshot | None:
    """Return the published snapshot; its ratings are complete."""
    return RatingSnapshot.objects.defer("covariance").order_by("-pk").first()


def refresh(*, now: datetime) -> RatingSnapshot | None:
    """Publish a fit of all counted votes; None when the newest one already is that.

    Whoever loses a race against another refresh looks again, so an older count never replaces
    a newer one.
    """
    ledger.catch_up()
    while _has_news(newest := current()):
        started = time.perf_counter()
        ground = groundwork.refreshed(now=now)
        counted = tally.read()
        since = ledger.read(after=ground.length, upto=counted.length)
        ratings, covariance = rate(counted, ground, since)
        snapshot = RatingSnapshot(
            created_at=now,
            votes=counted.votes,
            last_vote=_last_vote(),
            policy=POLICY,
            length=counted.length,
            groundwork=ground,
            covariance=covariance,
            seconds=time.perf_counter() - started,
        )
        if _publish(snapshot, ratings, after=newest):
            histories.thin(now=now)
            return snapshot
    return None


def rate(counted: Tallied, ground: Groundwork | None, since: Columns) -> tuple[list[Rating], bytes]:
    """Compute everyone's rating and the covariance; `since` came after the groundwork."""
    people = [int(each) for each in counted.people]
    if not people:
        return [], b""
    fit = groundwork.fit(ground, counted, ALL)
    online = groundwork.elo_after(ground, since)
    return _rows(people, fit, online, groundwork.rules_of(ground).elo_start), fit.covariance.astype(
        np.float32
    ).tobytes()


def knowledge() -> pairs.Knowledge:
    """Return what the published ratings know, for the drawing of pairs."""
    return _of_the_newest(_known, _knowledge)


def elo_of(*contender_ids: int) -> list[float]:
    """Return the published Elo of each contender; a newcomer's is where all begin."""
    known = _of_the_newest(_elo, _published_elo)
    return [known.get(each, settings.ELO_START) for each in contender_ids]


def history(*, contenders: Iterable[Contender], since: datetime) -> QuerySet[Rating]:
    """Return these contenders' ratings over time, oldest first, each with its snapshot."""
    return (
        Rating.objects.filter(contender__in=contenders, snapshot__created_at__gte=since)
        .select_related("snapshot")
        .defer("snapshot__covariance")
        .order_by("snapshot_id", "contender_id")
    )


def _knowledge(snapshot: int) -> pairs.Knowledge:
    """Read it; a snapshot that kept no covariance knows nothing."""
    kept = RatingSnapshot.objects.filter(pk=snapshot).values_list("covariance", flat=True).first()
    rows = Rating.objects.filter(snapshot=snapshot).order_by("contender_id")
    values = list(rows.values_list("contender_id", "value"))
    flat = np.frombuffer(kept or b"", dtype=np.float32).astype(np.float64)
    if flat.size != len(values) ** 2:
        return pairs.Knowledge(prior=settings.RATING_PRIOR)
    strengths = np.array([value for _pk, value in values])
    return pairs.Knowledge(
        places={pk: place for place, (pk, _value) in enumerate(values)},
        strengths=(strengths - settings.RATING_ANCHOR) / bradley_terry.SCALE,
        covariance=flat.reshape((len(values),) * 2) / bradley_terry.SCALE**2,
        prior=settings.RATING_PRIOR,
    )


def _published_elo(snapshot: int) -> Mapping[int, float]:
    """Read everybody's Elo."""
    return dict(Rating.objects.filter(snapshot=snapshot).values_list("contender", "elo"))


def _of_the_newest(kept: dict[Newest, T], read: Callable[[int], T]) -> T:
    """Return what is read of the newest snapshot, once a snapshot; 0 stands for none."""
    rows = RatingSnapshot.objects.order_by("-pk")
    newest: Newest = rows.values_list("pk", "seconds", "created_at").first()
    with _lock:
        if newest not in kept:
            kept.clear()
            kept[newest] = read(newest[0] if newest else 0)
        return kept[newest]


def _has_news(newest: RatingSnapshot | None) -> bool:
    length = LedgerHead.objects.filter(pk=1).values_list("length", flat=True).first() or 0
    if newest is None:
        return bool(length)
    ground = groundwork.newest()
    return (newest.length, newest.policy, newest.groundwork_id) != (
        length,
        POLICY,
        ground.pk if ground and groundwork.stands(ground) else None,
    )


def _last_vote() -> int:
    """Return the highest vote that is in the ledger and counts."""
    entered = Vote.objects.filter(entered=1, exclusion="")
    return int(entered.aggregate(last=Max("pk"))["last"] or 0)


def _rows(
    people: list[int], fit: bradley_terry.Fit, online: Mapping[int, float], start: float
) -> list[Rating]:
    places, pairwise = ranks.by_overlap(fit), ranks.by_difference(fit)
    best = ranks.chances_of_being_best(fit)
    return [
        Rating(
            contender_id=contender,
            value=float(fit.values[position]),
            lower=float(fit.lower[position]),
            upper=float(fit.upper[position]),
            elo=online.get(contender, start),
            votes=round(float(fit.games[position])),
            wins=float(fit.wins[position]),
            rank_lower=int(places[position]),
            rank_pairwise=int(pairwise[position]),
            chance_best=float(best[position]),
            group=int(fit.groups[position]),
        )
        for position, contender in enumerate(people)
    ]


def _publish(
    snapshot: RatingSnapshot, ratings: list[Rating], *, after: RatingSnapshot | None
) -> bool:
    """Write the snapshot whole, unless another one was published meanwhile."""
    with turnstile.passed(), transaction.atomic():
        # The head of the ledger is the lock that all refreshes share (SQLite locks as a whole).
        LedgerHead.objects.select_for_update().get(pk=1)
        if current() != after:
            return False
        snapshot.save(force_insert=True)
        failpoint("ratings-half-written")
        for rating in ratings:
            rating.snapshot = snapshot
        Rating.objects.bulk_create(ratings)
        if after is not None:
            RatingSnapshot.objects.filter(pk=after.pk).update(covariance=b"")
    return True
