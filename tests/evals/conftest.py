"""A MODEL_ROOT with a model and an adapter in it, and a suite to be measured on."""

from pathlib import Path

import pytest
from pytest_django import Settings

from evals.models import Suite
from tests import factories
from tests.evals import trees


@pytest.fixture
def root(tmp_path: Path, settings: Settings) -> Path:
    """Return the one root, holding models/heron and adapters/instruct."""
    root = tmp_path / "root"
    trees.write(root / "models/heron", trees.model_files())
    trees.write(root / "adapters/instruct", trees.adapter_files())
    settings.MODEL_ROOT = [root]
    return root


@pytest.fixture
def suite(settings: Settings) -> Suite:
    """Return the suite that submissions are measured on."""
    settings.DEFAULT_SUITE = "tiny"
    return factories.suite("tiny")
