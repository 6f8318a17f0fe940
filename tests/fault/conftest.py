"""Faults: which ones run now, where their processes live, and how often each is tried.

`make test` runs the quick ones. FAULTS=all adds the long ones (marked `long`) and more rounds;
FAULT_ROUNDS says how many.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker as Blocker
from pytest_django import Settings

from evals.models import Suite
from tests import factories
from tests.fault.forge import Forge
from tests.fault.processes import Place, Web, web

ALL = os.environ.get("FAULTS") == "all"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones for `make fault-test`, and to each database its own faults."""
    left = [item for item in items if not _runs(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _runs(item: pytest.Item) -> bool:
    only = item.get_closest_marker("database")
    is_here = only is None or connection.vendor in only.args
    return is_here and (ALL or item.get_closest_marker("long") is None)


@pytest.fixture
def rounds() -> int:
    """Return how often to try: once here, often in `make fault-test`."""
    return int(os.environ.get("FAULT_ROUNDS", "20" if ALL else "1"))


@pytest.fixture(scope="session")
def forge(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """Return where workers come from."""
    with Forge(Place(tmp_path_factory.mktemp("forge")).variables()) as opened:
        yield opened


@pytest.fixture
def place(tmp_path: Path, forge: Forge) -> Place:
    """Return where this test's processes live."""
    return Place(tmp_path, forge=forge)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that PostgreSQL's own user may enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="p4p-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Blocker
) -> Iterator[Web]:
    """Start one site over the test's database for all tests of a module."""
    with django_db_blocker.unblock(), web(Place(tmp_path_factory.mktemp("site"))) as started:
        yield started


@pytest.fixture(autouse=True)
def static_files(settings: Settings) -> None:
    """Have pages under test name their static files as they lie in the tree."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def generative_suite() -> Suite:
    """Return a suite whose benchmarks an API can answer."""
    made = factories.suite("tiny")
    made.benchmarks.update(output_type="generate_until")
    return made


@pytest.fixture
def recovery() -> dict[str, float]:
    """Return what a test writes its tries and its slowest recovery into."""
    return {}
