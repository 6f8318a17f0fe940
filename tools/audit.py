"""Look for known risks: bandit in our code, pip-audit in what is installed (`make check`).

pip-audit asks the package index about each pinned version. Where that knows nothing, or cannot be
reached, it says NOT CHECKED and passes: a machine without a network is no vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tools.steps import DONE, FAILED, say

ROOT = Path(__file__).resolve().parent.parent
OURS = ["accounts", "arena", "evals", "leaderboard", "workers"]
TIMEOUT_S = 240
LOCK = "requirements-cpu.txt"
# Dated waivers of vulnerabilities: (id, why, until). One that has run out fails the check again.
WAIVERS: tuple[tuple[str, str, str], ...] = ()
# What bandit finds and a person has read: (file, rule). A new finding, or a new file, fails.
REVIEWED = {
    ("arena/migrations/0003_append_only_events.py", "B608"),  # our own table's name
    ("arena/rendering.py", "B703"),  # cleaned by nh3 just before
    ("leaderboard/operations/dumps.py", "B608"),  # our own tables' names, quoted
    ("leaderboard/web/help_pages.py", "B308"),  # our own pages of docs/
    ("leaderboard/web/help_pages.py", "B703"),  # our own pages of docs/
    ("leaderboard/templatetags/board_cells.py", "B703"),  # numbers and escaped names
    ("leaderboard/templatetags/board_forms.py", "B703"),  # escaped words
    ("leaderboard/templatetags/board_rows.py", "B703"),  # numbers and escaped names
    ("leaderboard/templatetags/chart_lines.py", "B703"),  # numbers and escaped names
    ("leaderboard/templatetags/contender_lines.py", "B703"),  # numbers and escaped names
    ("leaderboard/templatetags/drawings.py", "B703"),  # numbers and escaped names
    ("leaderboard/templatetags/intervals.py", "B703"),  # numbers and escaped names
    ("workers/children/lm.py", "B615"),  # a local directory of checked files, offline
    ("workers/children/merge.py", "B615"),  # a local directory of checked files, offline
    ("workers/children/remembering.py", "B608"),  # question marks only
}


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S,
    )  # fmt: skip


def bandit() -> bool:
    """Say whether bandit finds nothing of medium severity or worse that nobody has read."""
    found = json.loads(_run("bandit", "-q", "-r", "-ll", "-f", "json", *OURS).stdout)
    new = [
        f"{each['filename']}:{each['line_number']} {each['test_id']} {each['issue_text']}"
        for each in found["results"]
        if (each["filename"].removeprefix("./"), each["test_id"]) not in REVIEWED
    ]
    say(FAILED if new else DONE, f"bandit: {len(found['results'])} findings, {len(new)} unread")
    print("\n".join(new), end="\n" if new else "")
    return not new


def pip_audit() -> bool:
    """Say whether no pinned package has a known vulnerability, or that nobody could be asked."""
    ignored = [part for name, _, _ in WAIVERS for part in ("--ignore-vuln", name)]
    try:
        found = _run("pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off",
                     "--format=json", "--requirement", LOCK, *ignored)  # fmt: skip
        asked = json.loads(found.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        asked = []
    known = [each for each in asked if "skip_reason" not in each]
    if not known:
        say(DONE, "pip-audit: NOT CHECKED, the package index tells nothing of vulnerabilities")
        return True
    weak = {each["name"]: [v["id"] for v in each["vulns"]] for each in known if each["vulns"]}
    say(FAILED if weak else DONE, f"pip-audit: {len(known)} of {len(asked)} packages, {weak or 0}")
    return not weak


def main() -> int:
    """Ask both."""
    return 0 if all([bandit(), pip_audit()]) else 1


if __name__ == "__main__":
    sys.exit(main())
