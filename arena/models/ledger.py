"""The ledger of counted votes: what ratings are computed from, in the order it was entered.

`arena.ledger` alone writes it. An entry is never changed: a vote that stops counting gets a second
entry with the sign turned, so every moment of the past can be computed again from a prefix.
"""

import uuid

from django.db import models
from django.db.models import Q

from arena.models.votes import Vote


class LedgerEntry(models.Model):
    """One vote that began to count (+1) or ceased to (-1), with all that the arithmetic needs."""

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3, ... without a gap
    fold = models.BigIntegerField()  # drawn at random by the transaction that entered it
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="entries")
    sign = models.SmallIntegerField()
    a = models.BigIntegerField()  # contenders, by primary key
    b = models.BigIntegerField()
    choice = models.CharField(max_length=8, choices=Vote.Choice.choices)
    voter = models.BigIntegerField()  # 63 bits of a digest: only equality matters
    categories = models.PositiveIntegerField()  # bits, see `arena.categories`
    length = models.FloatField()  # style, see `arena.marks`: (a - b) / (a + b), -1 to 1
    headers = models.FloatField()
    bold = models.FloatField()
    lists = models.FloatField()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(condition=Q(sign__in=[1, -1]), name="entry_adds_or_takes"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.sign:+d} vote {self.vote_id}"


class LedgerHead(models.Model):
    """How long the ledger is: the one row that every fold locks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key = models.UUIDField(default=uuid.uuid4, editable=False)  # another key is another ledger
    length = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ledger_has_one_head")]

    def __str__(self) -> str:
        return f"{self.length} entries"


class TallyCheckpoint(models.Model):
    """The counts of a prefix as one blob, so that no process adds up a million rows to start."""

    length = models.BigIntegerField(unique=True)  # entries in it
    fold = models.BigIntegerField()  # of its last entry
    contenders = models.JSONField()
    cells = models.BinaryField()  # compressed

    def __str__(self) -> str:
        return f"counts of {self.length} entries"


class Groundwork(models.Model):
    """What is too slow for every refresh, computed in the background from a prefix of the ledger.

    Ratings take the intervals' widening from it, Elo goes on from where it stands, and style
    control takes one Newton step from its maximum.
    """

    length = models.BigIntegerField()
    fold = models.BigIntegerField()
    made_at = models.DateTimeField()
    seconds = models.FloatField()
    elo = models.JSONField()  # {contender: rating}
    widening = models.JSONField()  # {category: {contender: factor}}
    rules = models.JSONField()  # `arena.rules.Rules` that it and its snapshots are made by

    class Meta:
        verbose_name_plural = "groundwork"

    def __str__(self) -> str:
        return f"groundwork of {self.length} entries"


class StyleGround(models.Model):
    """The style-controlled maximum of one category, with its first two derivatives there."""

    groundwork = models.ForeignKey(Groundwork, on_delete=models.CASCADE, related_name="styles")
    category = models.CharField(max_length=20)
    contenders = models.JSONField()
    arrays = models.BinaryField()  # compressed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["groundwork", "category"], name="style_once_per_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} of {self.groundwork_id}"
