"""manage.py serve_engines: keep this machine's engines as they are wanted, until told to stop."""

import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django.utils import timezone

from evals import schema
from workers import heartbeats
from workers.building import Builder
from workers.engines.nursery import Nursery
from workers.pool import Pool

logger = logging.getLogger(__name__)
TICK_S = 1.0


class Command(BaseCommand):
    """Owns every vLLM server of this machine; one such process a machine."""

    help = "Start, watch and stop the engines of this machine."

    def handle(self, *_: Any, **__: Any) -> None:
        """Tick until SIGTERM or SIGINT, then leave nothing running."""
        schema.require_current()
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        var = Path(settings.VAR_DIR)
        cores = os.cpu_count() or 1
        nursery = Nursery(
            registry=var / "run" / "engines.children",
            log_path=var / "logs" / "nursery.log",
            threads=max(1, cores // 2),
        )
        with nursery:
            builder = Builder(nursery=nursery, store=var / "stacks", logs=var / "logs")
            pool = Pool(builder=builder, clock=timezone.now)
            _run(pool, stopping)
        os._exit(0)  # a building thread may still wait for a download or a merge


def _run(pool: Pool, stopping: threading.Event) -> None:
    pool.open()
    report = heartbeats.Reporter("engines")
    try:
        while not stopping.wait(TICK_S):
            try:
                pool.tick()
                report.when_due()
            except DatabaseError:
                logger.exception("The database does not answer")
                connections.close_all()
    finally:
        pool.close()
