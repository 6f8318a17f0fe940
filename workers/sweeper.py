"""What every worker does by itself, so that a lost message or a dead colleague costs only time.

Two threads beside the Celery worker: one sweeps, one polls. They start before the broker is
connected and need it for nothing.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from arena import anomalies, battles, changelog, conversations, groundwork, ratings
from evals import notices, runs
from evals.models import EvalRun
from workers import execution, heartbeats, outside, owners, preparation, retention, room, tasks

logger = logging.getLogger(__name__)

ANSWERS_POLL_S = 3.0
NOTICES_S = 5.0
ANOMALIES_S = 60.0
PREPARE_S = 60.0
PREPARE_AT_LATEST_S = 600.0  # while runs keep the engines busy, battles are prepared seldom
RETENTION_S = 24 * 3600.0
STOP_S = 20.0


class Repeated:
    """A thread that does one thing again and again until it is stopped."""

    def __init__(self, name: str, every_s: float, work: Callable[[], object]) -> None:
        self._every_s = every_s
        self._work = work
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name=name, daemon=True)

    def start(self) -> None:
        """Do it now, and then every so often."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present turn, which gets a little time."""
        self._stopped.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the present turn."""
        self._thread.join(timeout_s)

    def _repeat(self) -> None:
        while not self._stopped.is_set():
            try:
                self._work()
            except DatabaseError:
                logger.exception("%s: the database does not answer", self._thread.name)
            except Exception:  # the thread must outlive a bug, or nothing would recover
                logger.exception("%s met a bug", self._thread.name)
            finally:
                connections.close_all()
            self._stopped.wait(self._every_s)


class Keeper(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Starts and stops the threads with the worker that they belong to."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._threads: list[Repeated] = []

    def start(self, parent: Any) -> None:
        """Start what this worker's queues need."""
        execution.stopping.clear()
        self._threads = threads(queues=set(parent.app.amqp.queues.consume_from))
        for thread in self._threads:
            thread.start()

    def stop(self, parent: Any) -> None:  # noqa: ARG002 - Celery's signature
        """Put the present run back and end."""
        execution.stopping.set()
        for thread in self._threads:
            thread.stop()
        deadline = time.monotonic() + STOP_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if room.main.cache_info().currsize:
            room.main().close()
            room.main.cache_clear()


def threads(*, queues: set[str]) -> list[Repeated]:
    """Return the threads of a worker that serves these queues."""
    found = [Repeated("sweep", settings.SWEEP_S, sweep_runs)]
    for queue in sorted(queues & {"runs", "answers"}):
        report = partial(heartbeats.report, role=queue)
        found.append(Repeated(f"beat-{queue}", settings.HEARTBEAT_S, report))
    if "runs" in queues:
        execution.reap_orphans()
        found.append(Repeated("poll-runs", settings.POLL_S, look_for_runs))
    if "answers" in queues:
        found.append(Repeated("notices", NOTICES_S, send_notices))
        found.append(Repeated("refresh", settings.SWEEP_S, refresh_ratings))
        found.append(Repeated("anomalies", ANOMALIES_S, anomalies_sought))
        found.append(Repeated("groundwork", settings.SWEEP_S, renew_groundwork))
        found.append(Repeated("poll-turns", ANSWERS_POLL_S, answer_waiting))
        found.append(Repeated("prepare", PREPARE_S, Preparing().top_up))
        found.append(Repeated("outside", outside.EVERY_S, outside.look))
        found.append(Repeated("retention", RETENTION_S, forget_the_old))
    return found


def sweep_runs() -> None:
    """Free the runs of workers that died or went silent, and ring for another."""
    if freed := runs.sweep(now=timezone.now(), is_dead=owners.is_dead):
        logger.warning("Runs %s were freed: their workers are gone", freed)
        tasks.ring_runs()


def look_for_runs() -> None:
    """Execute what waits, and what a predecessor of this process left behind."""
    sweep_runs()
    execution.execute_available()


def send_notices() -> None:
    """Tell those who want to know that their runs have ended."""
    notices.deliver_due(now=timezone.now())


def refresh_ratings() -> None:
    """Publish new votes whose bell was lost, and write down who came or went."""
    ratings.refresh(now=timezone.now())
    changelog.reconcile(now=timezone.now())


def anomalies_sought() -> None:
    """Test whoever voted lately; ratings follow if votes are left out."""
    if anomalies.look(now=timezone.now()):
        tasks.ring_ratings()


def renew_groundwork() -> None:
    """Compute again what every refresh of the ratings rests on, once enough votes came."""
    if groundwork.is_due(now=timezone.now()):
        groundwork.renew(now=timezone.now())
        tasks.ring_ratings()


def answer_waiting() -> None:
    """Answer the turns whose bell was lost, and end those that nobody can answer or judge."""
    now = timezone.now()
    battles.give_up(now=now)
    conversations.expire(now=now)
    for turn_id in battles.waiting_turns(now=now):
        room.main().take(turn_id)


def forget_the_old() -> None:
    """Let go of what is kept no longer."""
    retention.apply(now=timezone.now())


class Preparing:
    """Keeps battles ready, when the engines have time for it."""

    def __init__(self) -> None:
        self._done_at = time.monotonic()

    def top_up(self) -> None:
        """Prepare what is missing, unless runs want the engines."""
        is_due = time.monotonic() - self._done_at > PREPARE_AT_LATEST_S
        if EvalRun.objects.unfinished().exists() and not is_due:
            return
        preparation.top_up(random=random.SystemRandom())
        self._done_at = time.monotonic()
