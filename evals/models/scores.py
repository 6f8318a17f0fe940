"""One measured value with its standard error. Samples live in Parquet files, not in rows."""

from django.db import models

from evals.models.runs import EvalRun
from evals.models.suites import Benchmark


class Score(models.Model):
    """What one run measured on one benchmark."""

    run = models.ForeignKey(EvalRun, on_delete=models.PROTECT, related_name="scores")
    benchmark = models.ForeignKey(Benchmark, on_delete=models.PROTECT, related_name="scores")
    value = models.FloatField()
    stderr = models.FloatField(null=True, blank=True)  # None: the harness reports none
    samples = models.PositiveIntegerField()
    samples_path = models.CharField(max_length=300, blank=True)  # Parquet, relative to VAR_DIR
    parts = models.JSONField(default=dict, blank=True)  # of a group: value and stderr by subtask
    provenance = models.JSONField(default=dict, blank=True)  # hashes, seed, lm-eval's config
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "benchmark"], name="score_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.benchmark_id}: {self.value:.4f}"
