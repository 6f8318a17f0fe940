"""A conversation with two contenders, A and B; one prompt in it; one answer.

Every transition is in `arena.battles` and `arena.votes`, each one a conditional UPDATE.
"""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q

from arena.models.prompts import Prompt
from evals.models import Contender


class Side(models.TextChoices):
    """Where an answer stands on the page."""

    A = "A"
    B = "B"


class BattleQuerySet(models.QuerySet["Battle"]):
    """Which battles."""

    def of_voter(self, voter: str) -> Self:
        """Return those that one voter started or took."""
        return self.filter(voter=voter)

    def open(self) -> Self:
        """Return those not judged yet."""
        return self.filter(state__in=(Battle.State.ANSWERING, Battle.State.READY))

    def prepared(self) -> Self:
        """Return answered ones that no voter has taken yet."""
        return self.filter(is_prepared=True, voter="", state=Battle.State.READY)


class Battle(models.Model):
    """Two contenders, unnamed until the vote."""

    class State(models.TextChoices):
        ANSWERING = "ANSWERING", "being answered"
        READY = "READY", "waiting for a vote"
        VOTED = "VOTED", "voted"
        FAILED = "FAILED", "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    voter = models.CharField(
        max_length=64, blank=True
    )  # key of the browser or person; "" nobody yet
    contender_a = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="battles_a")
    contender_b = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="battles_b")
    propensity = models.FloatField()  # probability with which this ordered pair was drawn
    policy = models.CharField(max_length=40)  # which weights drew it
    is_prepared = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ANSWERING)
    error_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)  # when a voter got a prepared one

    objects = BattleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(contender_a=F("contender_b")), name="battle_has_two_contenders"
            ),
        ]
        indexes = [
            models.Index(fields=["voter", "state"], name="battle_of_voter"),
            models.Index(fields=["is_prepared", "voter", "state"], name="battle_prepared"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Turn(models.Model):
    """One prompt of a battle, put to both sides."""

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField(default=1)
    prompt = models.TextField()
    source = models.ForeignKey(Prompt, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)  # a worker is answering until then
    attempt = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battle", "number"], name="turn_once_per_number"),
        ]

    def __str__(self) -> str:
        return f"turn {self.number} of {self.battle_id}"


class Response(models.Model):
    """One finished answer; an unfinished one lives in the stream only."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="responses")
    side = models.CharField(max_length=1, choices=Side.choices)
    text = models.TextField()
    is_truncated = models.BooleanField(default=False)  # it met the length limit
    tokens = models.PositiveIntegerField(default=0)
    first_token_s = models.FloatField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "side"], name="response_once_per_side"),
        ]

    def __str__(self) -> str:
        return f"{self.side} of turn {self.turn_id}"
