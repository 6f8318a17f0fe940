"""Where a contender can be asked right now: a server, its address and its health.

The engine pool of each machine writes these rows; workers and the arena's draw read them.
"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from evals.models.contenders import Contender


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    """Which deployments."""

    def healthy(self, *, now: datetime) -> Self:
        """Return those whose last token is recent enough to trust."""
        return self.filter(state=Deployment.State.READY, answered_at__gte=now - Deployment.TRUST)


class Deployment(models.Model):
    """One contender on one server. Adapters of a base share the server's url."""

    class State(models.TextChoices):
        STARTING = "STARTING", _("starting")
        READY = "READY", _("ready")
        DOWN = "DOWN", _("down")

    TRUST = timedelta(seconds=60)  # a deployment silent for longer is not drawn

    contender = models.ForeignKey(Contender, on_delete=models.CASCADE, related_name="deployments")
    machine = models.CharField(max_length=120)
    url = models.CharField(max_length=300)
    served_name = models.CharField(max_length=200)  # the `model` that the server answers to
    tokenizer_dir = models.CharField(max_length=500, blank=True)  # local files; "" for an API
    state = models.CharField(max_length=8, choices=State.choices, default=State.STARTING)
    reason = models.CharField(max_length=500, blank=True)  # why it is down
    memory_bytes = models.BigIntegerField(null=True, blank=True)  # of the whole server
    hardware = models.CharField(
        max_length=120, blank=True, default=""
    )  # what it computes on: sets its price
    flags = models.JSONField(default=list, blank=True)  # the command line that it was started with
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # when a token last came back

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contender", "machine"], name="deployment_once_per_machine"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.served_name} at {self.url}"
