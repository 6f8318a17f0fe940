"""Claim runs and see them through: measured, failed with a code, or put back for another try.

Whoever calls `execute_available` - a doorbell, the poll - only says "look": the table decides.
One process takes runs of one base together: one server, one harness, some contenders at a time,
each in a thread of its own. A run that was interrupted before is measured alone, so that one
which takes the harness down does so to itself. More processes share the table.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from evals import runs, spans, tracing
from evals.failpoints import failpoint
from evals.models import EvalRun
from evals.problems import Refused, Unavailable
from workers import costs, measuring, owners
from workers.engines import faults, harness, processes
from workers.engines.faults import Code, Fault
from workers.holding import Hold, Stopping
from workers.measuring import CostMeter, Harness, Measuring
from workers.quiet import Quiet
from workers.waiting import NotYet

logger = logging.getLogger(__name__)

EXPECTED = (Fault, Unavailable, Refused, runs.InvalidMetric)
SERVER_ERROR = 500
REST_S = 20.0  # of a run that was put back, while others wait
TRIES_IN_MEMORY = 2  # what did not fit twice does not fit

stopping = threading.Event()  # set when this process has been asked to end
_rung = threading.Event()
_busy = threading.Lock()


@dataclass(frozen=True, slots=True)
class Engines:
    """The outside programs that a run needs; tests put fakes in their place."""

    open_harness: Callable[[], AbstractContextManager[Harness]]
    meter: CostMeter


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a run could not be measured."""

    code: str
    sentence: str
    is_ours: bool  # worth another try


def execute_available(
    *,
    owner: str | None = None,
    engines: Engines | None = None,
    clock: Callable[[], datetime] = timezone.now,
) -> int:
    """Execute every run that can be had; return how many. A second caller returns at once."""
    taken = 0
    _rung.set()
    while _rung.is_set() and not stopping.is_set() and _busy.acquire(blocking=False):
        try:
            _rung.clear()
            taken += _Shift(owner or owners.this_process(), engines or real_engines(), clock).work()
        finally:
            _busy.release()
    return taken


def real_engines() -> Engines:
    """Return lm-eval in its child process, and the stopwatch."""
    return Engines(open_harness=_open_harness, meter=costs.measure)


def reap_orphans() -> None:
    """Kill the children that a crashed worker of this machine left behind."""
    for registry in _run_dir().glob("harness-*.children"):
        if not psutil.pid_exists(int(registry.stem.partition("-")[2])):
            processes.reap(registry)


def _open_harness() -> harness.Harness:
    var = Path(settings.VAR_DIR)
    return harness.Harness(
        log_path=var / "logs" / "harness.log",
        cache_dir=var / "harness",
        registry=_run_dir() / f"harness-{os.getpid()}.children",
        private=var,
        readable=[*settings.MODEL_ROOT, *(var / name for name in ("hub", "stacks", "uploads"))],
        writable=[Path(settings.SAMPLES_DIR)],
    )


def _run_dir() -> Path:
    return Path(settings.VAR_DIR, "run")


class _Shift:
    """One look at the table, until nothing is left but what was tried a moment ago."""

    def __init__(self, owner: str, engines: Engines, clock: Callable[[], datetime]) -> None:
        self._owner = owner
        self._engines = engines
        self._clock = clock
        self._quiet = Quiet()
        self._tried: dict[int, float] = {}  # when; a run that was put back rests a while

    def work(self) -> int:
        """Execute batch after batch, each on one base."""
        taken = 0
        if not self._next_batch():
            return taken
        with self._engines.open_harness() as opened:
            while (batch := self._next_batch()) and not stopping.is_set():
                taken += self._execute_together(runs.company(batch), opened)
        return taken

    def _next_batch(self) -> list[int]:
        """Return the run whose turn it is, and those to be measured with it on one server."""
        rested = time.monotonic() - REST_S
        resting = {pk for pk, tried_at in self._tried.items() if tried_at > rested}
        return runs.next_batch(now=self._clock(), resting=resting)

    def _execute_together(self, batch: list[int], opened: Harness) -> int:
        """Execute runs of one base side by side; return how many could be had."""
        if len(batch) == 1:
            return self._execute(batch[0], opened)
        at_once = min(len(batch), settings.RUNS_AT_ONCE)

        def execute(run_id: int) -> bool:
            try:
                return self._execute(run_id, opened, share=at_once)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(at_once, thread_name_prefix="run") as threads:
            return sum(threads.map(execute, batch))

    def _execute(self, run_id: int, opened: Harness, *, share: int = 1) -> bool:
        self._tried[run_id] = time.monotonic()
        if stopping.is_set():
            return False
        failpoint("run-found")
        try:
            run = runs.claim(run_id=run_id, owner=self._owner, now=self._clock())
        except runs.RunNotAvailable:
            return False
        failpoint("run-claimed")
        try:
            with tracing.bound(run=run.pk, attempt=run.attempt), spans.span("run"):
                logger.info("Run %s: attempt %s of %s", run.pk, run.attempt, run.contender.slug)
                self._settle(run, opened, share)
            failpoint("run-settled")
            measuring.forget_answers_of_finished([run.pk])
        except runs.LeaseLost:
            logger.warning("Run %s was taken over by another worker", run.pk)
        except DatabaseError:
            logger.exception("Run %s: the database went away; its lease will run out", run.pk)
        return True

    def _settle(self, run: EvalRun, opened: Harness, share: int) -> None:
        """Bring a run to an end, or put it back."""
        try:
            self._measure(run, opened, share)
        except runs.CancelRequested:
            runs.stop(run=run, now=self._clock())
        except Stopping:
            runs.release(run=run, now=self._clock())
        except NotYet as wait:
            said = wait.fault.sentence
            runs.release(run=run, now=self._clock(), code=wait.fault.code, sentence=said)
        except EXPECTED as error:
            self._give_up(run, error)
        except (runs.LeaseLost, DatabaseError):
            raise
        except Exception:
            sentence = "Something unforeseen went wrong: the operator finds it in the log."
            runs.fail(run=run, code="INTERNAL_ERROR", sentence=sentence, now=self._clock())
            raise

    def _measure(self, run: EvalRun, opened: Harness, share: int) -> None:
        with Hold(run, stopping=stopping, clock=self._clock) as hold:
            try:
                with faults.full_disk_told():
                    Measuring(
                        run, hold, opened, self._engines.meter, self._quiet, self._clock, share
                    ).finish()
            except Fault:
                hold.check()  # a child that we stopped ourselves is no fault
                raise

    def _give_up(self, run: EvalRun, error: Exception) -> None:
        """Fail a run for good where the fault lies in what was asked, else try it again."""
        reason = _reason(error)
        if reason.is_ours:
            logger.warning("Run %s was interrupted: %s", run.pk, error, exc_info=error)
        is_too_large = reason.code == Code.OUT_OF_MEMORY and run.tries >= TRIES_IN_MEMORY
        end = runs.requeue if reason.is_ours and not is_too_large else runs.fail
        end(run=run, code=reason.code, sentence=reason.sentence, now=self._clock())


def _reason(error: Exception) -> _Reason:
    match error:
        case Fault():
            return _Reason(error.code, f"{error.sentence} {error.next_step}", error.is_retryable)
        case Unavailable():
            return _Reason(error.code, error.sentence, error.is_transient)
        case Refused():
            problem = error.problems[0]
            return _Reason(problem.code, problem.sentence, error.status >= SERVER_ERROR)
        case _:
            return _Reason(Code.INVALID_METRIC, f"{error} Check the weights.", False)
