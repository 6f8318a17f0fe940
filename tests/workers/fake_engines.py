"""A harness and a stopwatch that do as they are told, and a server that answers."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evals import runs
from evals.models import Contender, Deployment, EvalRun, Suite
from evals.records import Cost
from tests import factories
from tests.conftest import NOON
from workers import execution
from workers.engines.faults import Code, UserFault
from workers.engines.orders import Measurement, Order, Target
from workers.engines.proofs import ProofOrder, Proven
from workers.execution import Engines

COST = Cost(
    tokens_per_second=100.0,
    first_token_s=0.05,
    throughput_tokens_per_second=800.0,
    peak_memory_bytes=3_000_000_000,
    usd_per_million_tokens=0.03,
)
APPLIED = Proven(24, 0.3, 0.002, 0.3, 0.3, 0.001)
Reply = Measurement | Exception | Callable[[Order, Callable[[], bool]], Measurement]


def measurement(value: float = 0.5) -> Measurement:
    """Return what a benchmark came to."""
    return Measurement(
        value=value,
        stderr=0.02,
        samples=20,
        metric="acc",
        versions={"lm_eval": "0.4.13"},
        prompt_tokens=100,
        completion_tokens=20,
        answering_s=1.0,
    )


@dataclass
class FakeHarness:
    """Answers each task with what it was told to, and counts how often it was asked."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    orders: list[Order] = field(default_factory=list)
    proofs: list[ProofOrder] = field(default_factory=list)
    proven: Proven = APPLIED
    opened: int = 0

    def warm_up(self) -> None:
        """Do nothing: a fake is always warm."""

    def prepare(self, order: Order) -> None:
        """Do nothing: a fake has no questions."""

    def measure(
        self,
        order: Order,
        *,
        on_progress: Callable[[int, int], None],
        is_cancelled: Callable[[], bool],
        time_limit_s: float,
    ) -> Measurement:
        """Return or raise the next reply for this task."""
        self.asked[order.benchmark.task] += 1
        self.orders.append(order)
        on_progress(10, 20)
        replies = self.replies.get(order.benchmark.task, [])
        reply = replies.pop(0) if replies else measurement()
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Measurement) else reply(order, is_cancelled)

    def prove(self, order: ProofOrder, *, is_cancelled: Callable[[], bool]) -> Proven:
        """Return that it is applied, unless told otherwise."""
        self.proofs.append(order)
        return self.proven

    @contextmanager
    def open(self) -> Iterator["FakeHarness"]:
        """Count how many children would have been started."""
        self.opened += 1
        yield self


def engines(harness: FakeHarness) -> Engines:
    """Return the fakes as a run needs them."""

    def meter(contender: Contender, deployment: Deployment, target: Target, api_key: str) -> Cost:
        return COST

    return Engines(open_harness=harness.open, meter=meter)


def deployment(contender: Contender, **fields: object) -> Deployment:
    """Return a server that answers for a contender."""
    made = Deployment(
        contender=contender,
        machine="here",
        url="http://127.0.0.1:9/v1",
        served_name=contender.slug,
        state=Deployment.State.READY,
        started_at=NOON,
        answered_at=NOON,
        memory_bytes=1_000,
    )
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    return made


def until_cancelled(order: Order, is_cancelled: Callable[[], bool]) -> Measurement:
    """Measure for ever, as the real harness does: until it is told to stop."""
    deadline = datetime.now(tz=NOON.tzinfo) + timedelta(seconds=20)
    while datetime.now(tz=NOON.tzinfo) < deadline:
        if is_cancelled():
            raise UserFault(Code.CANCELLED)
    raise AssertionError("nobody cancelled")


def served(suite: Suite, contender: Contender | None = None, **fields: object) -> EvalRun:
    """Return a run that waits, of a contender that a server answers for."""
    contender = contender or factories.model()
    deployment(contender, **fields)
    return runs.enqueue(contender=contender, suite=suite, now=NOON)


def execute(harness: FakeHarness, clock: Callable[[], datetime] = lambda: NOON) -> int:
    return execution.execute_available(owner="me", engines=engines(harness), clock=clock)


def stage_reached(run: EvalRun, stage: str) -> str:
    """Return what the page says once it says this, or after a while."""
    deadline = time.monotonic() + 10
    while (told := fresh(run).stage) != stage and time.monotonic() < deadline:
        time.sleep(0.01)
    return told


def fresh(run: EvalRun) -> EvalRun:
    return EvalRun.objects.get(pk=run.pk)
