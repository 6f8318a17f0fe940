"""Who is at work: every long-running process says so now and then, and probes write here too."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Which heartbeats."""

    def alive(self, *, now: datetime) -> Self:
        """Return those of processes that were heard of lately."""
        return self.filter(beat_at__gte=now - Heartbeat.TRUST)


class Heartbeat(models.Model):
    """When one process of one machine was last at work."""

    TRUST = timedelta(seconds=60)
    PROBE = "probe"  # the role of the row that /readyz writes to

    role = models.CharField(max_length=20)  # runs, answers, engines, probe
    name = models.CharField(max_length=160, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["role", "beat_at"], name="heartbeat_of_role")]

    def __str__(self) -> str:
        return f"{self.role} {self.name}"
