"""Who votes: one stable key for a browser or a person, and nothing else about them.

An anonymous browser carries its key in the signed session cookie, made when it is first needed;
someone signed in votes under their account.
"""

import secrets

from django.http import HttpRequest

from accounts.models import User

SESSION_NAME = "voter"


def voter_key(request: HttpRequest) -> str:
    """Return the key of whoever asks, making one for a browser that has none."""
    known = known_key(request)
    if not known:
        known = request.session[SESSION_NAME] = new_key()
    return known


def known_key(request: HttpRequest) -> str:
    """Return the key of whoever asks, or an empty string; never sets a cookie."""
    if isinstance(request.user, User):
        return key_of(request.user)
    return str(request.session.get(SESSION_NAME, ""))


def key_of(user: User) -> str:
    """Return the key under which a person votes and submits."""
    return f"user-{user.pk}"


def new_key() -> str:
    """Return a key that nobody can guess."""
    return f"anon-{secrets.token_urlsafe(24)}"
