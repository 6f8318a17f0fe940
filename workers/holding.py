"""Hold on to a run while it is measured: renew its lease, and notice when to stop.

A thread does both, so that a long question cannot let the lease run out. What it notices is
raised where the work happens, by `check`.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from evals import runs
from evals.models import EvalRun

logger = logging.getLogger(__name__)

LOOK_S = 2.0  # how soon a cancellation is noticed


class Stopping(Exception):
    """This worker has been asked to stop; the run goes on elsewhere."""


class Hold:
    """One run in this worker's hands, for the length of a `with` block."""

    def __init__(
        self,
        run: EvalRun,
        *,
        stopping: threading.Event,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._run = run
        self._stopping = stopping
        self._clock = clock
        self._over = threading.Event()
        self._reason: Exception | None = None
        self._thread = threading.Thread(target=self._watch, name=f"hold-{run.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def is_over(self) -> bool:
        """Say whether the work should end now."""
        return self._over.is_set() or self._stopping.is_set()

    def check(self) -> None:
        """Raise LeaseLost, CancelRequested or Stopping where the work should end now."""
        if self._reason is not None:
            raise self._reason
        if self._stopping.is_set():
            raise Stopping(self._run.pk)

    def wait(self, seconds: float) -> None:
        """Wait, and wake at once when the work should end."""
        self._over.wait(seconds)
        self.check()

    def _watch(self) -> None:
        renewed_at = time.monotonic()
        try:
            while not self._over.wait(LOOK_S):
                looked_at = time.monotonic()
                if looked_at - renewed_at < settings.HEARTBEAT_S:
                    self._look(lambda: runs.check_wanted(run=self._run))
                elif self._look(lambda: runs.renew(run=self._run, now=self._clock())):
                    renewed_at = looked_at
                elif looked_at - renewed_at > settings.LEASE_S:  # another worker has it by now
                    self._end(runs.LeaseLost(self._run.pk))
        finally:
            connections.close_all()

    def _look(self, question: Callable[[], None]) -> bool:
        """Say whether the database answered; end the work where that is what it said."""
        try:
            question()
        except (runs.LeaseLost, runs.CancelRequested) as reason:
            self._end(reason)
        except DatabaseError:
            logger.warning("Run %s: the database does not answer; looking again", self._run.pk)
            return False
        return True

    def _end(self, reason: Exception) -> None:
        self._reason = reason
        self._over.set()
