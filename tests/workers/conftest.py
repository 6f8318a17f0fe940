"""Runs that wait, and a process that has not been asked to stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from evals.models import Suite
from tests import factories
from tests.workers.fake_engines import FakeHarness
from workers import execution, holding, waiting


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
