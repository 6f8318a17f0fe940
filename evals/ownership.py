"""Whose submissions are whose: a browser's become a person's, a person's become nobody's."""

from django.db.models import QuerySet

from accounts.models import User
from evals.models import Notice, Submission


def adopt(*, submitter_key: str, user: User) -> int:
    """Give a person what their browser submitted before they signed in; return how many."""
    if not submitter_key:
        return 0
    theirs = Submission.objects.filter(submitter=None, submitter_key=submitter_key)
    return theirs.update(submitter=user, submitter_key=f"user-{user.pk}")


def forget(*, user: User) -> int:
    """Leave what a person submitted on the board, without them; return how many."""
    return _forget(Submission.objects.filter(submitter=user))


def forget_browser(*, submitter_key: str) -> int:
    """Do the same for a browser without an account."""
    if not submitter_key:
        return 0
    return _forget(Submission.objects.filter(submitter=None, submitter_key=submitter_key))


def _forget(theirs: QuerySet[Submission]) -> int:
    """Take everything that leads to a person off their submissions; unsent notices are dropped."""
    Notice.objects.filter(submission__in=theirs).delete()
    return theirs.update(submitter=None, submitter_key="", webhook_url="", wants_email=False)
