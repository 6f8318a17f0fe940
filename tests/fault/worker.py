"""A Celery worker whose harness is light: `python -m tests.fault.worker QUEUES NAME`.

Everything else is the real thing: claims, leases, sweeps, polls, failpoints. Each benchmark asked
becomes a line of `asked.log`, so that a test can tell what was measured twice. HARNESS=child has
the real harness drive the light child of `tests.fault.child` instead.

Without arguments it is a forge: it takes orders as lines of JSON on standard input, forks a worker
for each and answers with its process id. It ends with its standard input, its workers with it.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workers.celery import app

app.loader.import_default_modules()

from django.conf import settings  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402

from arena import battles  # noqa: E402
from evals import failpoints  # noqa: E402
from tests.workers.fake_engines import APPLIED, COST, measurement  # noqa: E402
from workers import execution, outside, sweeper, talking  # noqa: E402
from workers.engines import client, workplace  # noqa: E402
from workers.engines.faults import Code, UserFault  # noqa: E402
from workers.engines.orders import Measurement, Order  # noqa: E402
from workers.engines.proofs import ProofOrder, Proven  # noqa: E402
from workers.execution import Engines  # noqa: E402

LATE = (
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "kombu.transport.redis",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.strategy",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.worker.control",
    "celery.utils.log",
)
PR_SET_PDEATHSIG = 1
STEP_S = 0.02


class SlowHarness:
    """Takes BENCHMARK_S for each benchmark, in steps, and writes down that it was asked."""

    def warm_up(self) -> None:
        """Do nothing."""

    def prepare(self, order: Order) -> None:
        """Do nothing."""

    def measure(
        self,
        order: Order,
        *,
        on_progress: Callable[[int, int], None],
        is_cancelled: Callable[[], bool],
        time_limit_s: float,
    ) -> Measurement:
        """Measure slowly."""
        with Path(os.environ["VAR_DIR"], "asked.log").open("a") as log:
            log.write(f"{order.run} {order.benchmark.task}\n")
        ends_at = time.monotonic() + float(os.environ.get("BENCHMARK_S", "0.1"))
        while time.monotonic() < ends_at and not is_cancelled():
            on_progress(10, 20)
            time.sleep(STEP_S)
        if is_cancelled():
            raise UserFault(Code.CANCELLED)
        return measurement()

    def prove(self, order: ProofOrder, *, is_cancelled: Callable[[], bool]) -> Proven:
        """Say that an adapter is applied."""
        del order, is_cancelled
        return APPLIED


@contextmanager
def opened() -> Iterator[SlowHarness]:
    """Open the harness."""
    yield SlowHarness()


def engines() -> Engines:
    """Return the light harness, or the real one with a light child."""
    is_real = os.environ.get("HARNESS") == "child"
    return Engines(execution._open_harness if is_real else opened, meter=lambda *_: COST)


def hasten() -> None:
    """Shorten what no setting shortens, where the test asks for it."""
    execution.real_engines = engines
    execution.REST_S, sweeper.STOP_S = 0.2, 2.0
    workplace.CHILD = "tests.fault.child"
    if told := os.environ.get("SILENCE_S"):
        client.FIRST_TOKEN_TIMEOUT_S = client.IDLE_TIMEOUT_S = float(told)
    if told := os.environ.get("LOOK_S"):
        outside.EVERY_S = outside.TOKEN_TIMEOUT_S = sweeper.ANSWERS_POLL_S = float(told)
    if told := os.environ.get("TURN_LEASE_S"):
        battles.LEASE_S, talking.RENEW_S = int(told), int(told) / 3
    if told := os.environ.get("VISIBILITY_S"):
        app.conf.broker_transport_options["visibility_timeout"] = int(told)


def work(queues: str, name: str) -> None:
    """Work until told to stop."""
    hasten()
    app.worker_main(
        ["--quiet", "worker", "--queues", queues, "--hostname", name, "--pool", "threads",
         "--concurrency", "4", "--without-gossip", "--without-mingle", "--without-heartbeat",
         "--loglevel", "INFO"]
    )  # fmt: skip


def warm_up() -> None:
    """Import what a worker would import at its start."""
    for name in LATE:
        importlib.import_module(name)
    MigrationLoader(None)


def forge() -> None:
    """Fork workers until standard input ends."""
    warm_up()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the workers
    while line := sys.stdin.readline():
        if (pid := os.fork()) == 0:
            try:
                become(json.loads(line))
            finally:
                os._exit(1)
        print(json.dumps({"pid": pid}), file=answers)


def become(order: dict[str, Any]) -> None:
    """Turn this fork into a worker with a group, a log and settings of its own."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["variables"])
    adopt(order["variables"])
    work(order["queues"], f"forged-{os.getpid()}@%h")
    os._exit(0)


def adopt(variables: dict[str, str]) -> None:
    """Have settings and failpoints say what they would after a start with these variables."""
    for name in variables.keys() & set(dir(settings)) - {"DATABASES"}:
        kind = type(getattr(settings, name))
        if kind in (str, int, float) or issubclass(kind, Path):
            setattr(settings, name, kind(variables[name]))
    settings.SAMPLES_DIR = settings.VAR_DIR / "samples"
    settings.CELERY_BROKER_URL = settings.REDIS_URL.replace("unix://", "redis+socket://")
    app.conf.broker_url = settings.CELERY_BROKER_URL
    failpoints._set = failpoints._read(variables.get("FAILPOINTS", ""))


if __name__ == "__main__":
    work(*sys.argv[1:3]) if len(sys.argv) > 1 else forge()
