"""A real worker process, without any broker: it takes runs, dies, and another takes over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as site
from django.utils import timezone
from pytest_django import Settings

from evals import directories, runs
from evals.models import EvalRun, Suite
from tests import factories
from tests.evals import trees
from tests.fault.processes import database_url, eventually

pytestmark = pytest.mark.django_db(transaction=True)

QUICKLY = {"POLL_S": "1"}  # the lease stays as long as it is: the dead are known


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker of the queue of runs, and kill what is left of it."""
    command = [
        sys.executable, "-W", "ignore", "-m", "celery", "--app", "workers.celery", "--quiet",
        "worker", "--queues", "runs", "--pool", "threads", "--concurrency", "1",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    environment = {
        **os.environ,
        **QUICKLY,
        "VAR_DIR": str(folder),
        "MODEL_ROOT": str(folder),
        "DATABASE_URL": database_url(),
        "REDIS_URL": "unix:///nowhere/valkey.sock",
    }
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=site.BASE_DIR, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def run(tmp_path: Path, suite: Suite, settings: Settings) -> EvalRun:
    """Return a run whose engine never comes, so that its worker waits."""
    folder = trees.write(tmp_path / "models/heron", trees.model_files())
    settings.MODEL_ROOT = [tmp_path]
    found = directories.look_in("models/heron")
    assert found.path == folder
    heron = factories.model(locator="models/heron", revision=found.revision)
    return runs.enqueue(contender=heron, suite=suite, now=timezone.now())


class TestWorker:
    def test_takes_over_from_one_that_was_killed_and_puts_the_run_back_when_it_ends(
        self, run: EvalRun, tmp_path: Path
    ) -> None:
        def waits_in_attempt(number: int) -> bool:
            run.refresh_from_db()
            return run.attempt == number and run.stage.startswith("Starting the engine")

        with worker(tmp_path) as first:
            assert eventually(lambda: waits_in_attempt(1))
            first.send_signal(signal.SIGKILL)
            first.wait()

        with worker(tmp_path) as second:
            assert eventually(lambda: waits_in_attempt(2))
            second.send_signal(signal.SIGTERM)
            second.wait(timeout=20)

        run.refresh_from_db()
        assert (run.state, run.attempt, run.lease_owner) == (EvalRun.State.QUEUED, 1, "")

    def test_stops_a_cancelled_run_within_15_seconds(self, run: EvalRun, tmp_path: Path) -> None:
        with worker(tmp_path):
            assert eventually(
                lambda: EvalRun.objects.filter(pk=run.pk, stage__startswith="Starting").exists()
            )
            runs.request_cancel(run=run, now=timezone.now())

            assert eventually(
                lambda: EvalRun.objects.get(pk=run.pk).state == EvalRun.State.CANCELLED,
                within_s=15,
            )
