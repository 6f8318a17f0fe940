"""One try of a worker at a run, kept for ever; and what was said while it was tried."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evals.models.runs import EvalRun


class Attempt(models.Model):
    """Who tried, from when to when, and how it ended."""

    class Outcome(models.TextChoices):
        OPEN = "OPEN", _("at work")
        SUCCEEDED = "SUCCEEDED", _("succeeded")
        FAILED = "FAILED", _("failed")
        RETRIED = "RETRIED", _("failed, to be tried again")
        RELEASED = "RELEASED", _("put back")
        CANCELLED = "CANCELLED", _("stopped")
        LOST = "LOST", _("the worker disappeared")

    run = models.ForeignKey(EvalRun, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()  # one that was put back does not count
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.OPEN)
    code = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(ended_at=None), name="one_open_attempt_per_run"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} at run {self.run_id}: {self.outcome}"


class RunLine(models.Model):
    """One line of a run's log, as its page shows it."""

    run = models.ForeignKey(EvalRun, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    text = models.CharField(max_length=400)

    def __str__(self) -> str:
        return self.text
