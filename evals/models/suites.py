"""A suite is a named list of benchmarks; a benchmark is one lm-eval task with how it is asked.

Both come from evals/suites/*.yaml. A change makes a new version and never rewrites a score.
"""

from typing import Self

from django.db import models
from django.db.models import Q


class SuiteQuerySet(models.QuerySet["Suite"]):
    """Which suites."""

    def current(self) -> Self:
        """Return the newest version of every suite."""
        return self.filter(is_current=True)


class Suite(models.Model):
    """A versioned list of benchmarks that contenders are compared on."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    fingerprint = models.CharField(max_length=64)  # sha256 of its benchmarks
    is_current = models.BooleanField(default=True)

    objects = SuiteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="suite_once_per_version"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(is_current=True), name="one_current_version_per_suite"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Benchmark(models.Model):
    """One lm-eval task, asked one way: shots, chat or plain, metric and filter."""

    class OutputType(models.TextChoices):
        MULTIPLE_CHOICE = "multiple_choice"
        LOGLIKELIHOOD = "loglikelihood"
        ROLLING = "loglikelihood_rolling"
        GENERATE = "generate_until"

    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="benchmarks")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()
    task = models.CharField(max_length=120)
    output_type = models.CharField(max_length=24, choices=OutputType.choices)
    shots = models.PositiveSmallIntegerField(default=0)
    is_chat = models.BooleanField(default=False)
    metric = models.CharField(max_length=60)
    filter = models.CharField(max_length=60, default="none")
    limit = models.PositiveIntegerField(null=True, blank=True)  # questions; None: all
    is_higher_better = models.BooleanField(default=True)
    chance_level = models.FloatField(default=0.0)  # the score of guessing: normalised to 0
    best_level = models.FloatField(default=1.0)  # the score that is normalised to 1
    parts = models.JSONField(default=dict, blank=True)  # chance level by subtask, where they differ
    is_percent = models.BooleanField(default=True)  # shown as per cent; else in the metric's unit

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["suite", "key"], name="benchmark_once_per_suite"),
            models.CheckConstraint(
                condition=~Q(chance_level=models.F("best_level")), name="benchmark_has_a_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def needs_logprobs(self) -> bool:
        """Say whether a contender that gives no log-probabilities cannot be asked this."""
        return self.output_type != self.OutputType.GENERATE
