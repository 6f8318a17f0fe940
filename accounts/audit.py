"""The audit log of what staff do outside the admin's own forms: one row each, never rewritten."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model

from accounts.models import User


def note(*, by: User, row: Model, sentence: str) -> None:
    """Write down who did what to which row, in the transaction that does it."""
    LogEntry.objects.log_actions(by.pk, [row], action_flag=CHANGE, change_message=sentence)
