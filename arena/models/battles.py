"""A conversation with two contenders, A and B; one prompt in it; one answer.

Every transition is in `arena.battles`, `arena.conversations` and `arena.votes`, each one a
conditional UPDATE. A named conversation is kept in the same tables under another mode; the
database refuses that one is ever ready for a vote, so it can never count.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

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

    def blind(self) -> Self:
        """Return battles proper, without conversations whose contenders are named."""
        return self.filter(mode=Battle.Mode.BATTLE)

    def open(self) -> Self:
        """Return those not judged yet."""
        return self.filter(state__in=(Battle.State.ANSWERING, Battle.State.READY))

    def prepared(self) -> Self:
        """Return answered ones that no voter has taken yet."""
        return self.filter(is_prepared=True, voter="", state=Battle.State.READY)


class Battle(models.Model):
    """Two contenders, unnamed until the vote; in a direct chat both sides are the same one."""

    class Mode(models.TextChoices):
        """What it is: only the first is blind, and only the first is ever judged."""

        BATTLE = "BATTLE", _("blind battle")
        SIDE_BY_SIDE = "SIDE_BY_SIDE", _("named side by side")
        CHAT = "CHAT", _("direct chat")

    class State(models.TextChoices):
        ANSWERING = "ANSWERING", _("being answered")
        READY = "READY", _("waiting for a vote")
        VOTED = "VOTED", _("voted")
        FAILED = "FAILED", _("failed")
        ANSWERED = "ANSWERED", _("answered, there is no vote")
        ABANDONED = "ABANDONED", _("left without a vote")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    voter = models.CharField(
        max_length=64, blank=True
    )  # key of the browser or person; "" nobody yet
    contender_a = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="battles_a")
    contender_b = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="battles_b")
    propensity = models.FloatField()  # probability with which this ordered pair was drawn
    policy = models.CharField(max_length=40)  # which weights drew it
    is_prepared = models.BooleanField(default=False)
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.BATTLE)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ANSWERING)
    error_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)  # when a voter got a prepared one
    left_at = models.DateTimeField(null=True, blank=True)  # when it was abandoned

    objects = BattleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(mode="CHAT") & Q(contender_a=F("contender_b")))
                | (~Q(mode="CHAT") & ~Q(contender_a=F("contender_b"))),
                name="battle_has_two_contenders",
            ),
            models.CheckConstraint(
                condition=(Q(mode="BATTLE") & ~Q(state="ANSWERED"))
                | (~Q(mode="BATTLE") & ~Q(state__in=["READY", "VOTED", "ABANDONED"])),
                name="only_blind_battles_are_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["voter", "state"], name="battle_of_voter"),
            models.Index(fields=["is_prepared", "voter", "state"], name="battle_prepared"),
            models.Index(fields=["state", "created_at"], name="battle_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def exchanges(self) -> list[Turn]:
        """Return its turns in order, with their answers; read once, however often it is asked."""
        prefetch_related_objects([self], "turns__responses")
        return sorted(self.turns.all(), key=lambda turn: turn.number)

    @property
    def is_blind(self) -> bool:
        """Say whether its contenders are hidden until the vote."""
        return self.mode == self.Mode.BATTLE

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return the sides that answer: a direct chat has only one."""
        return (Side.A,) if self.mode == self.Mode.CHAT else (Side.A, Side.B)

    @property
    def at_rest(self) -> str:
        """Return the state in which it waits for its person once a turn is over."""
        return self.State.READY if self.is_blind else self.State.ANSWERED


class Turn(models.Model):
    """One prompt of a battle, put to both sides."""

    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField(default=1)
    prompt = models.TextField()
    source = models.ForeignKey(Prompt, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)  # a worker is answering until then
    attempt = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)  # answered, or void
    stopped_at = models.DateTimeField(null=True, blank=True)  # its person pressed stop
    error_code = models.CharField(max_length=40, blank=True)  # why it is void; "": it is not

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battle", "number"], name="turn_once_per_number"),
        ]
        indexes = [  # few turns are open, and every worker looks for them every few seconds
            models.Index(fields=["created_at"], condition=Q(ended_at=None), name="turn_open"),
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
