"""What somebody is to be told when their run ends: a row each, sent until it has arrived.

The row is written in the transaction that ends the run, so that no crash can lose it.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evals.models.submissions import Submission


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Which notices."""

    def due(self, *, now: datetime) -> Self:
        """Return those to be sent now."""
        return self.filter(state=Notice.State.WAITING, due_at__lte=now)


class Notice(models.Model):
    """One message about one end of a run."""

    class Kind(models.TextChoices):
        WEBHOOK = "WEBHOOK", _("webhook")
        EMAIL = "EMAIL", _("e-mail")

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        SENT = "SENT", _("sent")
        GIVEN_UP = "GIVEN_UP", _("given up")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    address = models.CharField(max_length=500)
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)  # why the last try failed
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="SENT") | Q(sent_at__isnull=False),
                name="sent_notice_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="notice_outbox")]

    def __str__(self) -> str:
        return f"{self.kind} about {self.submission_id}: {self.state}"
