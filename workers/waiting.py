"""Wait for a server that answers for a contender; the engine pool starts it in another process.

The pool sees the run in the table, so there is nothing to ask it: only its rows to watch.
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from evals import runs
from evals.models import Contender, Deployment, EvalRun
from workers.engines.faults import Code, Fault, PlatformFault, fault_of
from workers.holding import Hold

LOOK_S = 0.5
DOWN_PATIENCE_S = 20.0  # the pool tries again by itself


class NotYet(Exception):
    """Nothing answers for a run, and it has not waited long: others go first."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def for_deployment(*, run: EvalRun, hold: Hold, clock: Callable[[], datetime]) -> Deployment:
    """Return where the run's contender answers now; raise NotYet, or a fault for good."""
    contender = run.contender
    started, told, down_since = time.monotonic(), "", None
    while (deployment := _answering(contender, clock())) is None:
        waited = time.monotonic() - started
        down = _down(contender)
        down_since = (down_since if down_since is not None else waited) if down else None
        if down and down_since is not None and waited - down_since > DOWN_PATIENCE_S:
            raise _given_up(_fault(down), run, clock())
        if waited > settings.ENGINE_WAIT_S:
            raise PlatformFault(
                Code.ENGINE_START_FAILED,
                f"No engine answered for {contender.name} in time: it is tried again.",
            )
        if (stage := _stage(contender, clock())) != told:
            runs.tell_stage(run=run, stage=stage)
            told = stage
        hold.wait(LOOK_S)
    return deployment


def _answering(contender: Contender, now: datetime) -> Deployment | None:
    healthy = Deployment.objects.healthy(now=now).filter(contender=contender)
    return healthy.order_by("-answered_at", "pk").first()


def _down(contender: Contender) -> Deployment | None:
    """Return why nothing answers, where every machine has given up."""
    known = list(contender.deployments.order_by("-started_at", "pk"))
    is_down = known and all(each.state == Deployment.State.DOWN for each in known)
    return known[0] if is_down and known[0].reason else None


def _given_up(fault: Fault, run: EvalRun, now: datetime) -> Exception:
    """Return how a run takes it: a fault that can pass costs no attempt at first."""
    is_young = (now - run.queued_at).total_seconds() < settings.ENGINE_WAIT_S
    return NotYet(fault) if fault.is_retryable and is_young else fault


def _fault(down: Deployment) -> Fault:
    """Return the fault that the pool wrote down as "CODE: sentence"."""
    code, _, sentence = down.reason.partition(": ")
    if code in Code.__members__:
        return fault_of(code, sentence)
    return PlatformFault(Code.ENGINE_START_FAILED, down.reason)


def _stage(contender: Contender, now: datetime) -> str:
    if contender.source == Contender.Source.API:
        return f"Waiting for the API of {contender.name}"
    if contender.serving == Contender.Serving.CONCATENATED:
        if _answering(contender.root(), now) is not None:
            return f"Loading the adapter {contender.name}"
        return f"Starting the engine for {contender.root().name}"
    if contender.serving == Contender.Serving.MERGED:
        return f"Merging the layers and starting the engine for {contender.name}"
    return f"Starting the engine for {contender.name}"
