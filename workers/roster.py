"""This machine's rows of the table of deployments: who answers where, and since when.

Only the engine pool writes them. The reason of a row that is down is "CODE: sentence".
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from evals.models import Contender, Deployment
from evals.models.deployments import DeploymentQuerySet
from workers import hardware
from workers.engines.faults import Fault

State = Deployment.State
REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contender answers."""

    url: str  # ends in /v1
    served_name: str
    tokenizer_dir: str = ""
    memory_bytes: int | None = None
    flags: tuple[str, ...] = ()  # the command line of the server


def clear() -> None:
    """Forget everybody: what an earlier pool wrote is no longer true."""
    _rows().delete()


def starting(contender: Contender, *, now: datetime) -> None:
    """Say that a contender will answer soon."""
    fresh = {"state": State.STARTING, "reason": "", "started_at": now, "answered_at": None}
    Deployment.objects.update_or_create(
        contender=contender,
        machine=settings.MACHINE,
        defaults=fresh,
        create_defaults={**fresh, "url": "", "served_name": contender.slug},
    )


def ready(contender: Contender, place: Place, *, now: datetime) -> None:
    """Say where a contender answers; its first token has just come."""
    _rows().filter(contender=contender).update(
        state=State.READY,
        reason="",
        url=place.url,
        served_name=place.served_name,
        tokenizer_dir=place.tokenizer_dir,
        memory_bytes=place.memory_bytes,
        flags=list(place.flags),
        hardware=hardware.name() if place.tokenizer_dir else "",
        answered_at=now,
    )


def answered(contender_ids: list[int], *, now: datetime) -> None:
    """Note that tokens came back."""
    if not contender_ids:
        return
    _rows().filter(contender__in=contender_ids, state=State.READY).update(answered_at=now)


def grew(contender_ids: list[int], memory_bytes: int) -> None:
    """Note that their server holds more memory than ever before."""
    _rows().filter(contender__in=contender_ids).update(memory_bytes=memory_bytes)


def down(contender_id: int, fault: Fault) -> None:
    """Say that a contender does not answer, and why."""
    reason = f"{fault.code}: {fault.sentence}"[:REASON_MAX]
    _rows().filter(contender=contender_id).update(state=State.DOWN, reason=reason)


def keep(contender_ids: list[int]) -> None:
    """Remove everybody else."""
    unwanted = _rows().exclude(contender__in=contender_ids)
    if unwanted.exists():  # a look takes no write lock, a DELETE does
        unwanted.delete()


def forget(contender_ids: list[int]) -> None:
    """Remove those that nobody wants here."""
    _rows().filter(contender__in=contender_ids).delete()


def _rows() -> DeploymentQuerySet:
    return Deployment.objects.filter(machine=settings.MACHINE)
