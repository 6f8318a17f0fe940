"""Break everything on purpose, on both databases, and write what happened (`make fault-test`).

    python -m tools.faults            every fault, 20 tries where it matters
    python -m tools.faults --quick    what `make test` runs, once

Each test adds one line of JSON; docs/reliability-report.md is made of those lines and of nothing
else, so a fault that was not run is not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.steps import DONE, FAILED, say

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability-report.md"
HEAD = """\
# Reliability report

Written by `make fault-test` from what it measured; not edited by hand. Each line is a fault that
was caused on purpose in real processes over a real database. A try counts as passed when everything
held that `tests/fault/` asserts.

Last run: {date}, {machine}{kind}.

| Fault | What was done | Database | Tries | Passed | Slowest recovery |
|---|---|---|---|---|---|
"""


def run(report: Path, *, on_postgres: bool, is_quick: bool, arguments: list[str]) -> None:
    """Run the faults on one database; the lines go to the report."""
    command = [sys.executable, "-m", "pytest", "--reuse-db", "tests/fault", *arguments]
    if on_postgres:
        command = [sys.executable, "-m", "tools.services", *command]
    environment = {**os.environ, "FAULT_REPORT": str(report)}
    if not is_quick:
        environment["FAULTS"] = "all"
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    name = "PostgreSQL" if on_postgres else "SQLite"
    say(DONE if ended.returncode == 0 else FAILED, f"Faults on {name}")


def table(lines: list[dict[str, Any]]) -> str:
    """Return one row for each fault and database."""
    grouped: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        grouped[line["id"], line["fault"], line["database"]].append(line)
    rows = []
    for (name, fault, database), tests in sorted(grouped.items()):
        tries = sum(test["rounds"] for test in tests)
        passed = sum(test["rounds"] for test in tests if test["passed"])
        times = [test["recovery_s"] for test in tests if test["recovery_s"] is not None]
        slowest = f"{max(times):.1f} s" if times else "-"
        rows.append(f"| {name} | {fault} | {database} | {tries} | {passed} | {slowest} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Run both, write the page, and end with an error where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once, and only the quick ones")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "lines")
        report.touch()
        for name in ("sqlite", "postgresql"):
            if chosen.only in (None, name):
                run(report, on_postgres=name == "postgresql", is_quick=chosen.quick,
                    arguments=arguments)  # fmt: skip
        lines = [json.loads(line) for line in report.read_text().splitlines()]
    head = HEAD.format(
        date=datetime.now(tz=UTC).date().isoformat(),
        machine=f"{os.cpu_count()} cores",
        kind=", quick: fewer tries, and without the long ones" if chosen.quick else "",
    )
    PAGE.write_text(head + table(lines))
    say(DONE, f"Wrote {PAGE.relative_to(ROOT)}")
    return 0 if lines and all(line["passed"] for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
