"""Faults: which ones run now, and a line for the report about each that did.

`make test` runs the quick ones. FAULTS=all adds the long ones (marked `long`) and more rounds;
FAULT_ROUNDS says how many; FAULT_REPORT names the file that gets one line of JSON for each test.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker as Blocker
from pytest_django import Settings

from tests.fault.processes import Place, Web, web

ALL = os.environ.get("FAULTS") == "all"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones for `make fault-test`."""
    if ALL:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture
def rounds() -> int:
    """Return how often to try: once here, often in `make fault-test`."""
    return int(os.environ.get("FAULT_ROUNDS", "20" if ALL else "1"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return where this test's processes live."""
    return Place(tmp_path)


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Blocker
) -> Iterator[Web]:
    """Start one site over the test's database for all tests of a module."""
    with django_db_blocker.unblock(), web(Place(tmp_path_factory.mktemp("site"))) as started:
        yield started


@pytest.fixture(autouse=True)
def static_files(settings: Settings) -> None:
    """Have a directory of static files; nothing is in it."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def recovery() -> dict[str, float]:
    """Return what a test writes its recovery time into, under "seconds"."""
    return {}


@pytest.fixture(autouse=True)
def line(request: pytest.FixtureRequest, recovery: dict[str, float]) -> Iterator[None]:
    """Write a line of the report when a test has passed or failed."""
    yield
    mark = request.node.get_closest_marker("fault")
    if mark is None or not (report := os.environ.get("FAULT_REPORT")):
        return
    result = getattr(request.node, "result", None)
    if result is not None and result.skipped:
        return
    entry = {
        "id": mark.args[0],
        "fault": mark.args[1],
        "test": request.node.name,
        "database": connection.vendor,
        "passed": bool(result and result.passed),
        "rounds": recovery.get("rounds", 1),
        "recovery_s": recovery.get("seconds"),
    }
    with Path(report).open("a") as lines:
        lines.write(json.dumps(entry) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let the fixture above see how the test ended."""
    report = yield
    if call.when == "call":
        item.result = report  # type: ignore[attr-defined]
    return report
