"""The person who signs in, and the tokens that stand for them in scripts.

Voting and reading need no account.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Someone with an account."""

    session_epoch = models.PositiveIntegerField(default=0)  # raised: every sign-in ends
    # How the form of a new submission proposes to tell the end of its run.
    wants_email = models.BooleanField(default=False)
    webhook_url = models.CharField(max_length=500, blank=True)

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry to be this person's: password and epoch."""
        said = f"{self.password}/{self.session_epoch}"
        return salted_hmac("accounts.models.User.session", said, algorithm="sha256").hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Which tokens."""

    def live(self) -> Self:
        """Return those that open something."""
        return self.filter(revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """A secret that lets a script act for a person. Only its hash is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("Read what is yours")
        SUBMIT = "submit", _("Submit contenders")
        VOTE = "vote", _("Start battles and vote")
        MODERATE = "moderate", _("Decide about reports, for staff")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    start = models.CharField(max_length=12)  # of the secret, so that its owner knows it again
    digest = models.CharField(max_length=64, unique=True)  # sha256 of the secret
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @property
    def scope_names(self) -> str:
        """Return its scopes as a person reads them."""
        return ", ".join(self.scopes)
