"""The public changelog: what was left out, retired, published or decided, in the order it happened.

Rows are added and never touched again (see `arena.models.events`). Each carries the digest of the
one before; `verify` walks the chain. What staff change elsewhere is noticed by `reconcile`.
"""

import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, transaction

from arena import pairs, ratings
from arena.models import PublicEvent
from evals.models import Contender

GENESIS = "0" * 64
TRIES = 20
POLICIES = (
    ("rating-policy", ratings.POLICY, "Ratings follow the rule {}."),
    ("sampling-policy", pairs.POLICY, "Pairs are drawn by the weights {}."),
)
Kind = PublicEvent.Kind


class Broken(Exception):
    """The chain of digests does not close: a row was changed, removed or put in between."""


def append(
    *,
    kind: str,
    sentence: str,
    now: datetime,
    subject: str = "",
    reason: str = "",
    count: int = 0,
) -> PublicEvent:
    """Add one event after the newest; whoever loses a race for that place takes the next."""
    event = PublicEvent(
        kind=kind, subject=subject, reason=reason, count=count, sentence=sentence, at=now
    )
    for _ in range(TRIES):
        newest = PublicEvent.objects.order_by("-pk").first()
        event.previous = newest.digest if newest else GENESIS
        event.digest = digest(event)
        try:
            with transaction.atomic():
                event.save(force_insert=True)
        except IntegrityError:
            event.pk = None
            continue
        return event
    raise Broken("The changelog's newest row could not be followed.")


def digest(event: PublicEvent) -> str:
    """Return the digest of a row and, through `previous`, of all before it."""
    told = [
        event.previous,
        event.kind,
        event.subject,
        event.reason,
        event.count,
        event.sentence,
        event.at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def verify() -> int:
    """Return how many rows the whole chain has, or raise Broken."""
    previous, count = GENESIS, 0
    for event in PublicEvent.objects.order_by("pk").iterator():
        if event.previous != previous or digest(event) != event.digest:
            raise Broken(f"Row {event.pk} of the changelog is not the one that was written.")
        previous, count = event.digest, count + 1
    return count


def reconcile(*, now: datetime) -> int:
    """Write down which contenders came or went, and which rules changed, since the last look."""
    return _note_contenders(now) + _note_policies(now)


def _note_contenders(now: datetime) -> int:
    noted = dict(
        PublicEvent.objects.filter(kind__in=(Kind.PUBLICATION, Kind.RETIREMENT))
        .order_by("pk")
        .values_list("subject", "kind")
    )
    added = 0
    for contender in Contender.objects.order_by("pk"):
        is_public = contender.is_listed and contender.is_in_arena
        kind = Kind.PUBLICATION if is_public else Kind.RETIREMENT
        before = noted.get(contender.slug)
        if before == kind or (before is None and not is_public):
            continue
        verb = "entered" if is_public else "left"
        append(
            kind=kind,
            subject=contender.slug,
            sentence=f"{contender.name} {verb} the arena. Its votes stay.",
            now=now,
        )
        added += 1
    return added


def _note_policies(now: datetime) -> int:
    noted = dict(
        PublicEvent.objects.filter(kind=Kind.POLICY).order_by("pk").values_list("subject", "reason")
    )
    changed = [each for each in POLICIES if noted.get(each[0]) != each[1]]
    for subject, policy, sentence in changed:
        append(
            kind=Kind.POLICY,
            subject=subject,
            reason=policy,
            sentence=sentence.format(policy),
            now=now,
        )
    return len(changed)
