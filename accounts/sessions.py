"""Signing out everywhere: sessions are signed cookies, so what ends them is the person's epoch."""

from django.db.models import F

from accounts.models import User


def end_all(*, user: User) -> None:
    """End every sign-in of this person, on every device."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
