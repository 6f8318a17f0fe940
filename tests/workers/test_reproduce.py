"""`manage.py reproduce`: measured again by the workers, every difference printed."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from evals.models import EvalRun, Suite
from tests.workers.fake_engines import FakeHarness, execute, measurement, served
from workers import tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_files")]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, harness: FakeHarness) -> FakeHarness:
    """Have the doorbell answered by a worker in a thread."""

    def work() -> None:
        execute(harness)
        connections.close_all()

    monkeypatch.setattr(tasks, "ring_runs", lambda: threading.Thread(target=work).start())
    return harness


def reproduce(run: EvalRun) -> str:
    said = StringIO()
    call_command("reproduce", str(run.pk), "--timeout", "20", stdout=said)
    return said.getvalue()


class TestReproduce:
    def test_prints_no_difference_where_there_is_none(
        self, suite: Suite, worker: FakeHarness
    ) -> None:
        run = served(suite)
        execute(worker)

        assert "No difference." in reproduce(run)
        assert EvalRun.objects.filter(contender=run.contender).count() == 2

    def test_fails_with_the_largest_difference(self, suite: Suite, worker: FakeHarness) -> None:
        run = served(suite)
        execute(worker)
        worker.replies["zoo_task_1"] = [measurement(0.75)]

        with pytest.raises(CommandError, match=r"0\.25"):
            reproduce(run)

    def test_tells_what_was_measured_with_something_else(
        self, suite: Suite, worker: FakeHarness
    ) -> None:
        run = served(suite)
        execute(worker)
        run.contender.deployments.update(flags=["--dtype", "float32"])

        said = reproduce(run)

        assert "engine_flags was not told" in said
        assert "engine_flags is  --dtype float32" in said

    def test_refuses_a_run_that_has_not_been_measured(self, suite: Suite) -> None:
        with pytest.raises(CommandError, match="to its end"):
            reproduce(served(suite))
