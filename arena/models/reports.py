"""What people report and what staff decide: rows that are added, turned round, never removed."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arena.models.battles import Battle


class RulingQuerySet(models.QuerySet["Ruling"]):
    """Which rulings."""

    def in_force(self) -> Self:
        """Return those that nobody has undone."""
        return self.filter(undone_at=None)

    def withdrawing(self) -> Self:
        """Return those that keep a battle from being shown."""
        return self.in_force().filter(kind=Ruling.Kind.WITHDRAW)

    def blocking(self, *, now: datetime) -> Self:
        """Return those that keep a voter away at this moment."""
        return self.in_force().filter(kind=Ruling.Kind.BLOCK, until__gt=now)


class Ruling(models.Model):
    """One decision of staff about a battle. `arena.rulings` makes it and turns it round."""

    class Kind(models.TextChoices):
        DISMISS = "DISMISS", _("Nothing wrong")
        WITHDRAW = "WITHDRAW", _("Withdrawn from view and from the data")
        EXCLUDE = "EXCLUDE", _("Vote left out")
        BLOCK = "BLOCK", _("Voter blocked for a while")

    battle = models.ForeignKey(Battle, on_delete=models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    voter = models.CharField(max_length=64, blank=True)  # whom it blocks; "": nobody
    reason = models.CharField(max_length=300, blank=True)  # as everybody it concerns reads it
    until = models.DateTimeField(null=True, blank=True)  # when a block ends by itself
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["battle", "kind"],
                condition=Q(undone_at=None, kind__in=["WITHDRAW", "EXCLUDE"]),
                name="ruling_in_force_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="BLOCK", until__isnull=False, voter__gt="")
                | (~Q(kind="BLOCK") & Q(until=None, voter="")),
                name="block_has_voter_and_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["voter", "until"], condition=Q(kind="BLOCK"), name="ruling_blocks_voter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.battle_id}"


class ReportQuerySet(models.QuerySet["Report"]):
    """Which reports."""

    def open(self) -> Self:
        """Return those that wait for staff."""
        return self.filter(ruling=None)


class Report(models.Model):
    """One person's word that something in a battle should not stand there."""

    class Reason(models.TextChoices):
        HATE = "HATE", _("Hateful or harassing")
        SEXUAL = "SEXUAL", _("Sexual content")
        MINORS = "MINORS", _("Sexual content with children")
        DANGEROUS = "DANGEROUS", _("Dangerous or illegal instructions")
        SELF_HARM = "SELF_HARM", _("Encourages self-harm")
        PERSONAL = "PERSONAL", _("Somebody's personal data")
        CHEATING = "CHEATING", _("Cheating")
        OTHER = "OTHER", _("Something else")

    battle = models.ForeignKey(Battle, on_delete=models.PROTECT, related_name="reports")
    turn = models.PositiveSmallIntegerField(default=0)  # number of the turn; 0: the whole battle
    side = models.CharField(max_length=1, blank=True)  # of the answer; "": both, and the prompt
    reason = models.CharField(max_length=9, choices=Reason.choices)
    words = models.TextField(blank=True)
    reporter = models.CharField(max_length=64)  # key of the browser or person
    reported_at = models.DateTimeField()
    ruling = models.ForeignKey(
        Ruling, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["battle", "turn", "side", "reporter"], name="report_once_per_person"
            ),
            models.CheckConstraint(
                condition=Q(side="") | Q(side__in=["A", "B"], turn__gt=0),
                name="report_of_a_side_names_its_turn",
            ),
        ]
        indexes = [
            models.Index(fields=["battle"], condition=Q(ruling=None), name="report_open"),
            models.Index(fields=["reporter", "reported_at"], name="report_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.battle_id}"
