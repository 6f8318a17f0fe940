"""How much one person may ask of this site in a day. What the platform spoilt costs nothing.

A submission that was stopped, or that failed through no fault of its submitter, is given back.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from evals.models import EvalRun, Submission
from evals.problems import refuse

DAY = timedelta(days=1)


def used(*, owner: str, now: datetime) -> QuerySet[Submission]:
    """Return the submissions of the last day that count."""
    given_back = Q(run__state=EvalRun.State.CANCELLED) | Q(run__is_ours=True)
    is_account = owner.startswith("user-") and owner[5:].isdecimal()
    whose = Q(submitter=owner[5:]) if is_account else Q(submitter_key=owner, submitter=None)
    recent = Submission.objects.filter(whose, created_at__gt=now - DAY, created_at__lte=now)
    return recent.exclude(given_back)


def left(*, owner: str, now: datetime) -> int:
    """Return how many more this person may submit now."""
    return max(0, settings.SUBMISSIONS_PER_DAY - used(owner=owner, now=now).count())


def check(*, owner: str, now: datetime) -> None:
    """Refuse what is above the quota; the submission in question has been written already."""
    mine = used(owner=owner, now=now)
    if mine.count() <= settings.SUBMISSIONS_PER_DAY:
        return
    first = mine.order_by("created_at").values_list("created_at", flat=True)[0]
    raise refuse(
        "kind",
        "TOO_MANY_SUBMISSIONS",
        _(
            "%(most)s submissions a day are taken from one person: the next "
            "is free at %(moment)s UTC."
        )
        % {"most": settings.SUBMISSIONS_PER_DAY, "moment": f"{first + DAY:%Y-%m-%d %H:%M}"},
        status=429,
    )
