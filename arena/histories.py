"""Which snapshots are kept: all of the last hour, then the last of an hour, then of a day.

Thinning forgets how ratings looked in between, never a vote: any moment can be computed again from
the ledger. What a kept snapshot rests on is kept with it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from arena.models import Groundwork, RatingSnapshot

ALL_OF = timedelta(hours=1)
HOURLY_OF = timedelta(days=30)
AT_ONCE = 500  # looked at by one refresh


def thin(*, now: datetime) -> int:
    """Delete the snapshots between those kept; return how many they were."""
    middling = RatingSnapshot.objects.filter(
        created_at__lt=now - ALL_OF, created_at__gte=now - HOURLY_OF
    )
    old = RatingSnapshot.objects.filter(created_at__lt=now - HOURLY_OF)
    spare = [
        *_spare(middling.order_by("-pk").values_list("pk", "created_at")[:AT_ONCE], "%Y%m%d%H"),
        *_spare(old.order_by("-pk").values_list("pk", "created_at")[:AT_ONCE], "%Y%m%d"),
    ]
    newest = RatingSnapshot.objects.order_by("-pk").values_list("pk", flat=True)[:1]
    spare = [each for each in spare if each not in newest]
    if not spare:
        return 0
    RatingSnapshot.objects.filter(pk__in=spare).delete()
    last = Groundwork.objects.order_by("-pk").values_list("pk", flat=True)[:1]
    Groundwork.objects.filter(snapshots=None).exclude(pk__in=list(last)).delete()
    return len(spare)


def _spare(snapshots: Iterable[tuple[int, datetime]], span: str) -> list[int]:
    """Return all but the last of each span; newest first."""
    seen: set[str] = set()
    spare = []
    for pk, created_at in snapshots:
        label = created_at.strftime(span)
        if label in seen:
            spare.append(pk)
        seen.add(label)
    return spare
