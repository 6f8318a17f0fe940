"""One fit over all counted votes, swapped in whole; one strength with its interval."""

from django.db import models

from arena.models.battles import Battle
from arena.models.ledger import Groundwork
from evals.models import Contender


class RatingSnapshot(models.Model):
    """One complete fit. The newest row is the published one; older ones are the history."""

    created_at = models.DateTimeField()
    votes = models.PositiveIntegerField()  # counted votes in this fit
    last_vote = models.BigIntegerField(default=0)  # highest vote id seen
    policy = models.CharField(max_length=40)  # the versioned rule for ties and both-bad
    seconds = models.FloatField()  # how long the fit took
    length = models.BigIntegerField(default=0)  # entries of the ledger in this fit
    groundwork = models.ForeignKey(
        Groundwork, on_delete=models.SET_NULL, null=True, blank=True, related_name="snapshots"
    )  # what widened the intervals by voters; none in snapshots older than the ledger
    covariance = models.BinaryField(default=bytes)  # of the newest snapshots only; float32

    def __str__(self) -> str:
        return f"ratings of {self.votes} votes"


class Rating(models.Model):
    """A contender's strength in one snapshot, on the Elo scale, with its 95 % interval."""

    snapshot = models.ForeignKey(RatingSnapshot, on_delete=models.CASCADE, related_name="ratings")
    contender = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="ratings")
    value = models.FloatField()  # Bradley-Terry, 400 points are odds of ten to one
    lower = models.FloatField()
    upper = models.FloatField()
    elo = models.FloatField()  # online Elo in the order of the votes
    votes = models.PositiveIntegerField()
    wins = models.FloatField()  # ties and both-bad are half a win each
    rank_lower = models.PositiveIntegerField()  # 1 + contenders surely stronger
    rank_pairwise = models.PositiveIntegerField(default=1)  # by a test of each difference
    chance_best = models.FloatField(default=0.0)  # within its group
    group = models.PositiveIntegerField(default=0)  # other numbers were never compared with it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "contender"], name="rating_once_per_snapshot"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value:.0f}"


class VoteEffect(models.Model):
    """What one vote did to both online Elo ratings: shown at the reveal."""

    battle = models.OneToOneField(Battle, on_delete=models.CASCADE, related_name="effect")
    elo_a_before = models.FloatField()
    elo_a_after = models.FloatField()
    elo_b_before = models.FloatField()
    elo_b_after = models.FloatField()

    def __str__(self) -> str:
        return f"effect of {self.battle_id}"
