"""`manage.py reproduce` on the real engine: greedy answers are the same again."""

import threading
from contextlib import nullcontext
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from evals import submissions
from evals.models import Benchmark, Contender, Deployment, EvalRun, Suite
from evals.submissions import Order
from tests import factories
from tests.engines.conftest import BASE, ZOO
from workers import costs, execution, tasks
from workers.engines.harness import Harness
from workers.engines.vllm import Server
from workers.execution import Engines

QUESTIONS = 40
pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def suite(settings: Settings, tmp_path: Path) -> Suite:
    """Return one benchmark of choices and one of texts."""
    settings.VAR_DIR, settings.SAMPLES_DIR = tmp_path, tmp_path / "samples"
    settings.MODEL_ROOT = [ZOO]
    made = factories.suite("again", benchmarks=0)
    factories.benchmark(made, key="facts", task="zoo_facts", shots=5, limit=QUESTIONS)
    factories.benchmark(
        made,
        key="sums",
        task="zoo_sums",
        position=1,
        output_type=Benchmark.OutputType.GENERATE,
        metric="exact_match",
        filter="whole-answer",
        limit=QUESTIONS,
    )
    return made


@pytest.fixture
def engines(harness: Harness) -> Engines:
    return Engines(open_harness=lambda: nullcontext(harness), meter=costs.measure)


@pytest.fixture
def run(suite: Suite, vllm_server: Server, engines: Engines) -> EvalRun:
    """Return a run of the zoo's base, measured by the real engine."""
    order = Order(kind="MODEL", source="DIRECTORY", locator="models/heron")
    now = timezone.now()
    submissions.submit(order=order, submitter=None, submitter_key="ada", now=now, suite=suite)
    Deployment.objects.create(
        contender=Contender.objects.get(),
        machine="here",
        url=f"{vllm_server.url}/v1",
        served_name="base",
        tokenizer_dir=str(BASE),
        state=Deployment.State.READY,
        flags=list(vllm_server.flags),
        started_at=now,
        answered_at=now,
    )
    execution.execute_available(engines=engines)
    return EvalRun.objects.get()


class TestReproduce:
    def test_finds_no_difference(
        self, run: EvalRun, engines: Engines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run.state == EvalRun.State.SUCCEEDED, run.error_sentence
        assert "--enforce-eager" in run.versions["engine_flags"]
        assert run.tokens_per_second is not None

        def work() -> None:
            execution.execute_available(engines=engines)
            connections.close_all()

        monkeypatch.setattr(tasks, "ring_runs", lambda: threading.Thread(target=work).start())
        said = StringIO()
        call_command("reproduce", str(run.pk), "--timeout", "120", stdout=said)

        assert "No difference." in said.getvalue()
        assert said.getvalue().count("same prompts") == 2
        assert "engine_flags" not in said.getvalue()
