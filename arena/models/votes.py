"""A verdict. Append-only: whether it counts is a rule's decision, never a deletion."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arena.models.battles import Battle


class VoteQuerySet(models.QuerySet["Vote"]):
    """Which votes."""

    def counted(self) -> Self:
        """Return those that ratings are made of."""
        return self.filter(exclusion="")

    def of_voter(self, voter: str) -> Self:
        """Return those that one voter cast."""
        return self.filter(voter=voter)

    def to_enter(self) -> Self:
        """Return those that count and are not in the ledger."""
        return self.filter(entered=0, exclusion="")

    def to_take_out(self) -> Self:
        """Return those that are in the ledger and count no longer."""
        return self.filter(entered=1, exclusion__gt="")


class Vote(models.Model):
    """The one verdict of a battle, given before anything was revealed."""

    class Choice(models.TextChoices):
        A = "A", _("A is better")
        B = "B", _("B is better")
        TIE = "TIE", _("Tie")
        BOTH_BAD = "BOTH_BAD", _("Both are bad")

    class Exclusion(models.TextChoices):
        """Why a vote does not count; the label ends the sentence that its voter reads."""

        IDENTITY_LEAK = "IDENTITY_LEAK", _("an answer gave away which model wrote it.")
        DUPLICATE = (
            "DUPLICATE",
            _("its voter judged the same prompt by the same two contenders before."),
        )
        COMMON_PROMPT = (
            "COMMON_PROMPT",
            _("so many votes count already in which people sent the same prompt."),
        )
        DAILY_CAP = (
            "DAILY_CAP",
            _("its voter had reached the number of votes that count on one day."),
        )
        UNPUBLISHED = "UNPUBLISHED", _("a contender was not public at that time.")
        ANOMALOUS = (
            "ANOMALOUS",
            _("it belongs to a series of votes that does not look like a person's."),
        )
        STAFF = "STAFF", _("the staff left it out; the public changelog says why.")

    class Flag(models.TextChoices):
        """What is noted about a vote that counts all the same."""

        HASTY = "HASTY", _("judged within two seconds")
        REPEATED_PROMPT = "REPEATED_PROMPT", _("the voter sent the same prompt before")

    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, related_name="vote")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    voter = models.CharField(max_length=64)
    # Set at the vote by `arena.exclusions.judge`, changed later by `arena.exclusions` alone.
    exclusion = models.CharField(max_length=40, blank=True)  # why it does not count; "": it counts
    flags = models.JSONField(default=list)
    dwell_s = models.FloatField(null=True, blank=True)  # from both answers complete to the vote
    # Of the first prompt, where the voter wrote it; keyed, and "" once what was said is erased.
    prompt_digest = models.CharField(max_length=32, blank=True, default="", db_default="")
    cast_at = models.DateTimeField()
    # Whether the ledger of the ratings has it; `arena.ledger` alone writes this.
    entered = models.PositiveSmallIntegerField(default=0, db_default=0)  # 1: it has

    objects = VoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(choice__in=["A", "B", "TIE", "BOTH_BAD"]), name="vote_has_a_verdict"
            ),
        ]
        indexes = [
            models.Index(fields=["voter", "cast_at"], name="vote_of_voter"),
            models.Index(fields=["exclusion"], condition=~Q(exclusion=""), name="vote_left_out"),
            models.Index(
                fields=["prompt_digest"],
                condition=~Q(prompt_digest="") & Q(exclusion=""),
                name="vote_on_prompt",
            ),
            # What the ledger has to catch up with is found without looking at the rest.
            models.Index(fields=["entered", "exclusion", "id"], name="vote_to_enter"),
        ]

    def __str__(self) -> str:
        return f"{self.choice} on {self.battle_id}"
