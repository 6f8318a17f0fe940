"""Break everything on purpose, on both databases, and write what happened (`make fault-test`).

    python -m tools.faults                       every fault, 20 tries where it matters
    python -m tools.faults --quick               what `make test` runs, once
    python -m tools.faults tests/fault/test_x.py a piece; what other pieces found today is kept

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
KEPT = ROOT / "var" / "faults.jsonl"
TESTS = (
    "tests/fault",
    "tests/engines/test_asking.py",
    "tests/engines/test_client.py",
    "tests/evals/test_hub.py",
    "tests/workers/test_bad_engines.py",
)
HEAD = """\
# Reliability report

Written by `make fault-test` from what it measured; not edited by hand. Each line is a fault that
was caused on purpose in real processes over a real database. A try counts as passed when everything
held that `tests/fault/` asserts. Leases, polls and timeouts are shortened there by settings, so a
recovery here says how long the work takes once a loss is noticed; in production add the lease of
`docs/configuration.md`.

Last run: {date}, {machine}{kind}.

| Fault | What was done | Database | Tries | Passed | Slowest recovery |
|---|---|---|---|---|---|
"""
Line = dict[str, Any]


def run(report: Path, *, on_postgres: bool, is_quick: bool, arguments: list[str]) -> None:
    """Run the faults on one database; the lines go to the report."""
    places = [] if any(each.startswith("tests/") for each in arguments) else TESTS
    command = [
        sys.executable, "-m", "pytest", "--reuse-db", "-p", "tests.fault.reporting", "-m", "fault",
        *places, *arguments,
    ]  # fmt: skip
    if on_postgres:
        command = [sys.executable, "-m", "tools.services", *command]
    environment = {**os.environ, "FAULT_REPORT": str(report)}
    if not is_quick:
        environment["FAULTS"] = "all"
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    name = "PostgreSQL" if on_postgres else "SQLite"
    say(DONE if ended.returncode == 0 else FAILED, f"Faults on {name}")


def read(path: Path) -> list[Line]:
    """Return the lines of a file, none where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def joined(earlier: list[Line], found: list[Line], *, today: str) -> list[Line]:
    """Return what was found now, and what pieces found earlier today that was not run again."""
    again = {(line["test"], line["database"]) for line in found}
    kept = [
        line
        for line in earlier
        if line["day"] == today and (line["test"], line["database"]) not in again
    ]
    return kept + [line | {"day": today} for line in found]


def table(lines: list[Line]) -> str:
    """Return one row for each fault and database."""
    grouped: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line["id"], line["fault"], line["database"]].append(line)
    return "".join(
        f"| {name} | {fault} | {database} | {_outcome(tests)} |\n"
        for (name, fault, database), tests in sorted(grouped.items())
    )


def _outcome(tests: list[Line]) -> str:
    ran = [test for test in tests if not test["skipped"]]
    if not ran:
        return f"0 | {tests[0]['skipped'].removeprefix('Skipped: ')} | -"
    tries = sum(test["rounds"] for test in ran)
    passed = sum(test["rounds"] for test in ran if test["passed"])
    times = [test["recovery_s"] for test in ran if test["recovery_s"] is not None]
    return f"{tries} | {passed} | " + (f"{max(times):.1f} s" if times else "-")


def main() -> int:
    """Run both, write the page, and end with an error where something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once, and only the quick ones")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen, arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "lines")
        for name in ("sqlite", "postgresql"):
            if chosen.only in (None, name):
                run(report, on_postgres=name == "postgresql", is_quick=chosen.quick,
                    arguments=arguments)  # fmt: skip
        found = read(report)
    today = datetime.now(tz=UTC).date().isoformat()
    is_piece = bool(arguments or chosen.only)
    lines = joined(read(KEPT) if is_piece else [], found, today=today)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(json.dumps(line) + "\n" for line in lines))
    head = HEAD.format(
        date=today,
        machine=f"{os.cpu_count()} cores",
        kind=", quick: fewer tries, and without the long ones" if chosen.quick else "",
    )
    PAGE.write_text(head + table(lines))
    say(DONE, f"Wrote {PAGE.relative_to(ROOT)}")
    return 0 if found and all(line["passed"] or line["skipped"] for line in found) else 1


if __name__ == "__main__":
    sys.exit(main())
