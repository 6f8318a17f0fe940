"""Whose submissions are whose: a browser's become a person's, a person's become nobody's."""

from accounts.models import User
from evals.models import Submission


def adopt(*, submitter_key: str, user: User) -> int:
    """Give a person what their browser submitted before they signed in; return how many."""
    if not submitter_key:
        return 0
    theirs = Submission.objects.filter(submitter=None, submitter_key=submitter_key)
    return theirs.update(submitter=user, submitter_key=f"user-{user.pk}")


def forget(*, user: User) -> int:
    """Leave what a person submitted on the board, without them; return how many."""
    return Submission.objects.filter(submitter=user).update(submitter=None, submitter_key="")
