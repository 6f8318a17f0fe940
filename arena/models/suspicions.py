"""A voter whose votes do not look like a person's, found by a test and reviewed by staff."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SuspicionQuerySet(models.QuerySet["Suspicion"]):
    """Which suspicions."""

    def holding(self) -> Self:
        """Return those whose voters' votes do not count: not reviewed yet, or upheld."""
        return self.exclude(state=Suspicion.State.CLEARED)


class Suspicion(models.Model):
    """One finding for one voter. Votes stay; `arena.anomalies` decides whether they count."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("waits for review")
        UPHELD = "UPHELD", _("upheld")
        CLEARED = "CLEARED", _("cleared")

    voter = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    p_value = models.FloatField()  # of the sequential test, over all votes up to `votes`
    votes = models.PositiveIntegerField()
    left = models.PositiveIntegerField(default=0, db_default=0)  # battles given up unjudged
    found_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = SuspicionQuerySet.as_manager()

    class Meta:
        verbose_name = "anomalous voter"

    def __str__(self) -> str:
        return f"{self.voter}: {self.get_state_display()}"
