"""An evaluation run is a row with a lease: the row is the queue, Celery only rings the bell.

Every transition is in `evals.runs`, as one conditional UPDATE fenced by `attempt`.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evals.models.contenders import Contender
from evals.models.suites import Benchmark, Suite


class EvalRunQuerySet(models.QuerySet["EvalRun"]):
    """Which runs."""

    def queued(self) -> Self:
        """Return those that wait for a worker."""
        return self.filter(state=EvalRun.State.QUEUED)

    def unfinished(self) -> Self:
        """Return those that wait or run."""
        return self.filter(state__in=EvalRun.UNFINISHED)

    def expired(self, *, now: datetime) -> Self:
        """Return running ones whose worker has not renewed its lease in time."""
        return self.filter(state=EvalRun.State.RUNNING, lease_until__lt=now)


class EvalRun(models.Model):
    """One execution of a suite for one contender."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("queued")
        RUNNING = "RUNNING", _("running")
        SUCCEEDED = "SUCCEEDED", _("succeeded")
        FAILED = "FAILED", _("failed")
        CANCELLED = "CANCELLED", _("cancelled")

    class Evidence(models.TextChoices):
        MEASURED = "MEASURED", _("measured here")
        REPORTED = "REPORTED", _("reported by somebody")

    UNFINISHED = (State.QUEUED, State.RUNNING)

    contender = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="runs")
    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="runs")
    evidence = models.CharField(
        max_length=8, choices=Evidence.choices, default=Evidence.MEASURED
    )  # what was reported never ranks above what was measured
    owner = models.CharField(max_length=80, blank=True)  # whose turn it takes in the queue
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=120, blank=True)  # a sentence: what happens right now
    attempt = models.PositiveSmallIntegerField(default=0)  # the fencing token of every write
    attempts_before = models.PositiveSmallIntegerField(default=0)  # when it was last resumed
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)
    error_sentence = models.CharField(max_length=1000, blank=True)
    is_ours = models.BooleanField(default=False)  # the platform failed: it costs no quota
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # What serving cost, measured while the run was answered; None: not measured.
    tokens_per_second = models.FloatField(null=True, blank=True)  # generated, one request at a time
    first_token_s = models.FloatField(null=True, blank=True)
    throughput_tokens_per_second = models.FloatField(null=True, blank=True)  # whole server, loaded
    peak_memory_bytes = models.BigIntegerField(null=True, blank=True)
    usd_per_million_tokens = models.FloatField(null=True, blank=True)
    energy_wh_per_million_tokens = models.FloatField(null=True, blank=True)  # of the busy machine
    energy_source = models.CharField(
        max_length=16, blank=True, default=""
    )  # whose meter: NVML, RAPL
    versions = models.JSONField(default=dict)  # lm_eval, vllm, torch, task versions, machine

    objects = EvalRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contender", "suite"],
                condition=Q(state__in=["QUEUED", "RUNNING"]),
                name="one_unfinished_run_per_suite",
            ),
            models.CheckConstraint(
                condition=~Q(state="RUNNING") | Q(lease_until__isnull=False),
                name="running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state="FAILED") | ~Q(error_code=""), name="failure_has_a_code"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "queued_at"], name="run_queue"),
            models.Index(fields=["owner", "state"], name="run_owner"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.contender_id}"

    @property
    def tries(self) -> int:
        """Return how many attempts count: those since it was last resumed."""
        return self.attempt - self.attempts_before


class Checkpoint(models.Model):
    """How far one benchmark of a run has come; a finished one is never asked again."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", _("done")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("not applicable")

    run = models.ForeignKey(EvalRun, on_delete=models.CASCADE, related_name="checkpoints")
    benchmark = models.ForeignKey(Benchmark, on_delete=models.PROTECT, related_name="checkpoints")
    state = models.CharField(max_length=14, choices=State.choices, default=State.WAITING)
    requests_done = models.PositiveIntegerField(default=0)
    requests_total = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "benchmark"], name="checkpoint_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.benchmark_id} of run {self.run_id}: {self.state}"

    @property
    def percent(self) -> int:
        """Return how much of this benchmark has been answered, 0 to 100."""
        if self.state in (self.State.DONE, self.State.NOT_APPLICABLE):
            return 100
        return (
            min(99, 100 * self.requests_done // self.requests_total) if self.requests_total else 0
        )
