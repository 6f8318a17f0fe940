"""Say that this process is at work, and forget those that have long gone."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from workers import owners
from workers.models import Heartbeat

FORGOTTEN_AFTER = timedelta(hours=1)


def report(*, role: str) -> None:
    """Write down that this process is at work in a role."""
    now = timezone.now()
    write(role=role, name=f"{role}@{owners.this_process()}", now=now)
    Heartbeat.objects.filter(beat_at__lt=now - FORGOTTEN_AFTER).delete()


def write(*, role: str, name: str, now: datetime) -> None:
    """Write one heartbeat; the first one says when it began."""
    Heartbeat.objects.update_or_create(
        name=name,
        defaults={"beat_at": now},
        create_defaults={"role": role, "started_at": now, "beat_at": now},
    )


class Reporter:
    """Reports for a loop that turns more often than is worth a write."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._told_at = float("-inf")

    def when_due(self) -> None:
        """Report, unless that happened a moment ago."""
        if time.monotonic() - self._told_at >= settings.HEARTBEAT_S:
            report(role=self._role)
            self._told_at = time.monotonic()
