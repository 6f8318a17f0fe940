"""A person's request to rank a contender; what became of it is told by its run."""

import uuid

from django.conf import settings
from django.db import models

from evals.models.contenders import Contender
from evals.models.runs import EvalRun


class Submission(models.Model):
    """One accepted request. A repeated request returns the first one's contender."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contender = models.ForeignKey(Contender, on_delete=models.PROTECT, related_name="submissions")
    run = models.ForeignKey(EvalRun, on_delete=models.PROTECT, related_name="submissions")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="submissions",
    )
    submitter_key = models.CharField(max_length=64, blank=True)  # the browser of an anonymous one
    webhook_url = models.CharField(max_length=500, blank=True)  # told when the run ends
    wants_email = models.BooleanField(default=False)  # to the address of the account
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
