"""One line for the reliability report from every test of a fault, wherever the test stands.

`tools.faults` loads this with `-p tests.fault.reporting` and names the file in FAULT_REPORT.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Write down how a test of a fault has ended."""
    report = yield
    if report.when == "call" or (report.when == "setup" and not report.passed):
        for mark in item.iter_markers("fault"):
            _write(item, mark, report)
    return report


def _write(item: Any, mark: pytest.Mark, report: pytest.TestReport) -> None:
    told = item.funcargs.get("recovery", {}) if hasattr(item, "funcargs") else {}
    line = {
        "id": mark.args[0],
        "fault": mark.args[1],
        "test": item.nodeid,
        "database": connection.vendor,
        "passed": report.passed,
        "skipped": str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "",
        "rounds": told.get("rounds", 1),
        "recovery_s": told.get("seconds"),
    }
    with Path(os.environ["FAULT_REPORT"]).open("a") as lines:
        lines.write(json.dumps(line) + "\n")
