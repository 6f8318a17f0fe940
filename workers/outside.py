"""Servers that somebody else runs: registered by hand, and asked for a token now and then.

Any OpenAI-compatible url will do: vLLM's production stack, Ray Serve, KServe. Such a row belongs to
no engine pool; workers of answers keep its health.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils import timezone

from evals.models import Contender, Deployment
from evals.models.deployments import DeploymentQuerySet
from workers.engines import control
from workers.engines.faults import Code, PlatformFault

PREFIX = "outside:"
EVERY_S = 15.0
TOKEN_TIMEOUT_S = 10.0


class DoesNotAnswer(Exception):
    """No token came back from where a server should be."""


def register(
    *, contender: Contender, url: str, served_name: str, tokenizer_dir: str, now: datetime
) -> Deployment:
    """Have a server answer for a contender, once a token has come back from it."""
    if not control.answers(url, served_name, timeout_s=TOKEN_TIMEOUT_S):
        raise DoesNotAnswer(f"No token came back from {served_name} at {url}.")
    deployment, _ = Deployment.objects.update_or_create(
        contender=contender,
        machine=f"{PREFIX}{urlsplit(url).netloc}"[:120],
        defaults={
            "url": url,
            "served_name": served_name,
            "tokenizer_dir": tokenizer_dir,
            "state": Deployment.State.READY,
            "reason": "",
            "started_at": now,
            "answered_at": now,
        },
    )
    return deployment


def registered() -> DeploymentQuerySet:
    """Return the servers that were registered by hand."""
    return Deployment.objects.filter(machine__startswith=PREFIX)


def look() -> None:
    """Ask each for a token, unless a colleague did so a moment ago."""
    due = timezone.now() - timedelta(seconds=EVERY_S)
    for deployment in registered().filter(Q(answered_at__lt=due) | Q(answered_at=None)):
        _ask(deployment)


def _ask(deployment: Deployment) -> None:
    rows = Deployment.objects.filter(pk=deployment.pk)
    if control.answers(deployment.url, deployment.served_name, timeout_s=TOKEN_TIMEOUT_S):
        rows.update(state=Deployment.State.READY, reason="", answered_at=timezone.now())
        return
    fault = PlatformFault(Code.ENGINE_TIMEOUT)
    rows.update(state=Deployment.State.DOWN, reason=f"{fault.code}: {fault.sentence}")
