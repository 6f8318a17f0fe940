"""A Celery worker whose harness is the fake one: `python -m tests.fault.worker QUEUE NAME`.

Everything else is the real thing: claims, leases, sweeps, polls, failpoints. Each benchmark asked
becomes a line of `asked.log`, so that a test can tell what was measured twice.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.celery import app

app.loader.import_default_modules()

from tests.workers.fake_engines import APPLIED, COST, measurement  # noqa: E402
from workers import execution, sweeper  # noqa: E402
from workers.engines.faults import Code, UserFault  # noqa: E402
from workers.engines.orders import Measurement, Order  # noqa: E402
from workers.engines.proofs import ProofOrder, Proven  # noqa: E402
from workers.execution import Engines  # noqa: E402

STEP_S = 0.05


class SlowHarness:
    """Takes BENCHMARK_S for each benchmark, in steps, and writes down that it was asked."""

    def warm_up(self) -> None:
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
        ends_at = time.monotonic() + float(os.environ.get("BENCHMARK_S", "0.2"))
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


def main() -> None:
    """Work until told to stop."""
    queue, name = sys.argv[1:3]
    execution.real_engines = lambda: Engines(open_harness=opened, meter=lambda *_: COST)
    execution.REST_S = sweeper.STOP_S = 2.0
    app.worker_main(
        ["--quiet", "worker", "--queues", queue, "--hostname", name, "--pool", "threads",
         "--concurrency", "4", "--without-gossip", "--without-mingle", "--without-heartbeat",
         "--loglevel", "INFO"]
    )  # fmt: skip


if __name__ == "__main__":
    main()
