"""API tokens: issued once, kept as a hash, limited to scopes, revoked for good.

A secret has 256 random bits, so a plain SHA-256 of it cannot be turned back and needs no salt.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import ApiToken, User

PREFIX = "p4p_"
SHOWN = 10  # characters of the secret that its owner sees again
AT_MOST = 50  # live ones of one person
USE_NOTED = timedelta(minutes=1)  # how exactly the last use is known


class TokenRefused(Exception):
    """The token cannot be made or does not open this; the text says why."""

    code = "BAD_TOKEN"


class ScopeMissing(TokenRefused):
    """The token is right, but for something else."""

    code = "SCOPE_MISSING"


def issue(*, user: User, name: str, scopes: Iterable[str], now: datetime) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which nobody can read again."""
    known = [each for each in ApiToken.Scope.values if each in set(scopes)]
    if not known:
        raise TokenRefused(_("Choose at least one thing that the token may do."))
    if ApiToken.objects.live().filter(user=user).count() >= AT_MOST:
        raise TokenRefused(
            _("You have %(most)s tokens: revoke one that you no longer use.") % {"most": AT_MOST}
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip() or "token",
        start=secret[:SHOWN],
        digest=_digest(secret),
        scopes=known,
        created_at=now,
    )
    return token, secret


def owner(*, secret: str, scope: str, now: datetime) -> User:
    """Return whose token this is, or raise TokenRefused."""
    token = ApiToken.objects.live().select_related("user").filter(digest=_digest(secret)).first()
    if token is None:
        raise TokenRefused(_("This token is not valid, or was revoked. Make a new one at /me/."))
    if scope not in token.scopes:
        raise ScopeMissing(
            _("This token may not %(scope)s. Make one with that scope at /me/.") % {"scope": scope}
        )
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def revoke(*, user: User, token_id: int, now: datetime) -> bool:
    """End a token of this person; False where there is no such live token."""
    mine = ApiToken.objects.filter(user=user, pk=token_id, revoked_at=None)
    return bool(mine.update(revoked_at=now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
