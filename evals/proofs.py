"""Judge what probes showed of an adapter, and keep it.

The tolerance is what rounding to bfloat16 explains. A judgement is arithmetic over five gaps, so
that a page, a test and a worker judge alike.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction

from evals import leases
from evals.models import Contender, EvalRun, Proof

TOLERANCE = 0.05  # nats, mean: served in bfloat16 against computed in float32
SAME = 1e-6  # nats: below this, two float32 computations are the same
CLEAR = 4 * TOLERANCE / 5  # nats: a change as large as this cannot be taken for rounding

Verdict = Proof.Verdict


class Probed(Protocol):
    """What an engine found out."""

    @property
    def probes(self) -> int:
        """Return how many positions were compared."""

    @property
    def moved(self) -> float | None:
        """Return how far the stack is from its parent."""

    @property
    def gap_to_peft(self) -> float | None:
        """Return how far it is, as served, from itself computed with PEFT."""

    @property
    def gap_to_parent(self) -> float | None:
        """Return how far it is, as served, from its parent computed with PEFT."""

    @property
    def gap_to_base(self) -> float | None:
        """Return how far it is from its base, both as served."""

    @property
    def base_drift(self) -> float | None:
        """Return how far the base is, while the stack is asked, from the base alone."""

    @property
    def note(self) -> str:
        """Return why something could not be compared."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the sentence that explains it."""

    verdict: str
    sentence: str


def judge(probed: Probed) -> Judgement:
    """Return the verdict on what the probes showed."""
    if probed.moved is None or probed.gap_to_peft is None or probed.gap_to_parent is None:
        return _uncompared(probed)
    if probed.base_drift is not None and probed.base_drift > TOLERANCE:
        return _refused(f"the base's answers drift by {probed.base_drift:.3f} nats while it loads")
    if probed.gap_to_peft > TOLERANCE:
        return _refused(f"its answers are {probed.gap_to_peft:.3f} nats from PEFT's")
    if probed.moved <= SAME:
        return Judgement(Verdict.IDENTICAL, "It changes nothing: identical to its parent.")
    if probed.gap_to_base == 0:
        return _refused("its answers are its base's to the last digit")
    if probed.moved > CLEAR and probed.gap_to_parent < probed.gap_to_peft:
        return _refused("its answers are nearer to its parent's than to its own")
    return Judgement(
        Verdict.APPLIED, f"It is applied: {probed.gap_to_peft:.3f} nats from PEFT's answers."
    )


def _uncompared(probed: Probed) -> Judgement:
    if probed.gap_to_base == 0:
        return _refused("its answers are its base's to the last digit")
    return Judgement(Verdict.NOT_COMPARED, probed.note)


def _refused(why: str) -> Judgement:
    return Judgement(Verdict.NOT_APPLIED, f"The adapter is not applied: {why}.")


def record(*, run: EvalRun, probed: Probed, now: datetime) -> Proof:
    """Keep what was shown before a run's scores; the newest attempt's proof stands."""
    with transaction.atomic():
        leases.lock(run=run)
        proof, _ = Proof.objects.update_or_create(
            run=run,
            defaults={
                "contender": run.contender,
                "verdict": judge(probed).verdict,
                "probes": probed.probes,
                "moved": probed.moved,
                "gap_to_peft": probed.gap_to_peft,
                "gap_to_parent": probed.gap_to_parent,
                "gap_to_base": probed.gap_to_base,
                "base_drift": probed.base_drift,
                "note": probed.note,
                "proved_at": now,
            },
        )
        return proof


def newest(contender: Contender) -> Proof | None:
    """Return the latest proof of a contender, if it has one."""
    return contender.proofs.order_by("-proved_at", "-pk").first()
