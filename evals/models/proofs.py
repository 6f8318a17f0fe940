"""Proof that an adapter is applied: what probe prompts showed before it was scored."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evals.models.contenders import Contender
from evals.models.runs import EvalRun


class Proof(models.Model):
    """One proof of one run. Gaps are mean differences of log-probabilities, in nats."""

    class Verdict(models.TextChoices):
        APPLIED = "APPLIED", _("applied")
        IDENTICAL = "IDENTICAL", _("identical to its parent")
        NOT_APPLIED = "NOT_APPLIED", _("not applied")
        NOT_COMPARED = "NOT_COMPARED", _("applied, not compared with PEFT")

    contender = models.ForeignKey(Contender, on_delete=models.CASCADE, related_name="proofs")
    run = models.OneToOneField(EvalRun, on_delete=models.CASCADE, related_name="proof")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    probes = models.PositiveSmallIntegerField()
    moved = models.FloatField(null=True, blank=True)  # from its parent, both computed with PEFT
    gap_to_peft = models.FloatField(null=True, blank=True)  # as served, from PEFT
    gap_to_parent = models.FloatField(null=True, blank=True)  # as served, from the parent by PEFT
    gap_to_base = models.FloatField(null=True, blank=True)  # both as served
    base_drift = models.FloatField(null=True, blank=True)  # the base while it is loaded, from PEFT
    note = models.CharField(max_length=300, blank=True)  # why something could not be compared
    proved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contender_id}: {self.verdict}"
