"""Runs that wait, and a process that has not been asked to stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from evals.models import Suite
from tests import factories
from tests.workers import stub_llm, turns
from tests.workers.fake_engines import FakeHarness
from tests.workers.stub_llm import Stub
from workers import execution, holding, talking, waiting


@pytest.fixture(autouse=True)
def workplace(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Keep files apart, and look often enough for a test."""
    settings.VAR_DIR = tmp_path
    settings.SAMPLES_DIR = tmp_path / "samples"
    monkeypatch.setattr(waiting, "LOOK_S", 0.01)
    monkeypatch.setattr(holding, "LOOK_S", 0.02)
    execution.stopping.clear()
    yield
    execution.stopping.clear()


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.files.fetch", lambda contender: None)


@pytest.fixture
def suite() -> Suite:
    return factories.suite("tiny")


@pytest.fixture
def harness() -> FakeHarness:
    return FakeHarness()


@pytest.fixture(scope="session")
def stub() -> Iterator[Stub]:
    """Serve every contender that the tests of answering talk to."""
    with stub_llm.serve(turns.SCRIPTS) as serving:
        yield serving


@pytest.fixture
def quick(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, valkey: redis.Redis, stub: Stub
) -> None:
    """Tick fast, and forget what was asked before."""
    settings.TICK_S = 0.01
    monkeypatch.setattr(talking, "TAIL_S", 0.1)
    stub.asked.clear()
