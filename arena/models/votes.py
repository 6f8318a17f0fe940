"""A verdict. Append-only: whether it counts is a rule's decision, never a deletion."""

from typing import Self

from django.db import models
from django.db.models import Q

from arena.models.battles import Battle


class VoteQuerySet(models.QuerySet["Vote"]):
    """Which votes."""

    def counted(self) -> Self:
        """Return those that ratings are made of."""
        return self.filter(exclusion="")


class Vote(models.Model):
    """The one verdict of a battle, given before anything was revealed."""

    class Choice(models.TextChoices):
        A = "A", "A is better"
        B = "B", "B is better"
        TIE = "TIE", "Tie"
        BOTH_BAD = "BOTH_BAD", "Both are bad"

    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, related_name="vote")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    voter = models.CharField(max_length=64)
    exclusion = models.CharField(max_length=40, blank=True)  # why it does not count; "": it counts
    cast_at = models.DateTimeField()

    objects = VoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(choice__in=["A", "B", "TIE", "BOTH_BAD"]), name="vote_has_a_verdict"
            ),
        ]
        indexes = [models.Index(fields=["voter", "cast_at"], name="vote_of_voter")]

    def __str__(self) -> str:
        return f"{self.choice} on {self.battle_id}"
