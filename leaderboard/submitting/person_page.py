"""A person's own page: what they submitted and judged, their tokens; and leaving for good.

Someone who never signed in is known by their browser's key, and sees what it did.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import ApiToken, User
from arena import erasing
from arena import ownership as votes_ownership
from evals import ownership as submissions_ownership
from evals.models import Submission
from leaderboard.battling import vote_list, voters
from leaderboard.battling.vote_list import VoteList
from leaderboard.web import staff

SUBMISSIONS_MAX = 20
VOTES_MAX = 10
LAST_OF_STAFF = gettext_noop(
    "You are the only one who can administer this site: name somebody else first."
)


class CannotLeave(Exception):
    """The account must stay; the text says why."""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything the page shows."""

    user: User | None
    submissions: list[Submission]
    votes: VoteList
    tokens: list[ApiToken]
    scopes: list[tuple[str, str]]
    is_known: bool  # somebody has left something here that can be deleted


def read(*, user: User | None, key: str) -> PersonPage:
    """Read the page of a person, or of a browser."""
    found = Submission.objects.filter(submitter=user) if user else _of_browser(key)
    related = found.select_related("contender", "run__suite").order_by("-created_at", "pk")
    return PersonPage(
        user=user,
        submissions=list(related[:SUBMISSIONS_MAX]),
        votes=vote_list.read(voter=key, number="1"),
        tokens=list(user.api_tokens.order_by("revoked_at", "-created_at", "pk")) if user else [],
        scopes=[
            (str(value), str(label))
            for value, label in ApiToken.Scope.choices
            if value != ApiToken.Scope.MODERATE or staff.may(user, staff.MODERATE)
        ],
        is_known=bool(key),
    )


def leave(*, user: User, now: datetime) -> None:
    """Delete a person, what they said and all that names them; what they measured stays.

    Scores and verdicts are what other people's rankings rest on, so they remain, as nobody's.
    """
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise CannotLeave(_(LAST_OF_STAFF))
    key = voters.key_of(user)
    erasing.of_voter(voter=key, now=now)
    with transaction.atomic():
        submissions_ownership.forget(user=user)
        votes_ownership.forget(voter=key, to=_nobody())
        user.delete()


def forget_browser(*, key: str, now: datetime) -> None:
    """Do the same for a browser without an account; it becomes somebody new."""
    erasing.of_voter(voter=key, now=now)
    with transaction.atomic():
        submissions_ownership.forget_browser(submitter_key=key)
        votes_ownership.forget(voter=key, to=_nobody())


def _nobody() -> str:
    return f"gone-{secrets.token_urlsafe(16)}"


def _of_browser(key: str) -> QuerySet[Submission]:
    if not key:
        return Submission.objects.none()
    return Submission.objects.filter(submitter=None, submitter_key=key)
