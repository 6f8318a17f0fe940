"""A stack as we serve and score it, against the same layers merged with PEFT under lm-eval's `hf`.

`python -m benchmarks.parity [SLUG] [--quick]` takes what this installation measured (of the
deepest stack unless told otherwise), has the peer measure the same questions, and compares them
one by one. The peer computes in float32. Targets: scores within one standard error, and
log-probabilities within 0.05 nats a token on average.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.report import Figure

ROOT = Path(__file__).resolve().parent.parent
NATS = 0.05  # mean absolute difference of a log-probability that bf16 rounding explains
QUICK = 40  # questions of each benchmark
ASKED = ("key", "task", "shots", "metric", "filter", "chat")


def main() -> int:
    """Compare one stack and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slug", nargs="?", default="")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions a benchmark")
    arguments = parser.parse_args()
    ours = _last_line([sys.executable, "manage.py", "export_run", arguments.slug])
    theirs = _peer(ours, limit=QUICK if arguments.quick else None)
    print(f"{ours['contender']}: {len(ours['layers'])} layers")
    figures = [
        figure
        for measured in ours["benchmarks"]
        for figure in compare(measured, theirs[measured["key"]])
    ]
    return report.close("parity", figures)


def _peer(ours: dict[str, Any], limit: int | None) -> dict[str, Any]:
    """Have lm-eval's own backend answer the same benchmarks."""
    orders = {
        "layers": ours["layers"],
        "include_path": str(ROOT / "zoo" / "tasks"),
        "benchmarks": [
            {"limit": limit} | {name: each[name] for name in ASKED} for each in ours["benchmarks"]
        ],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(orders))
        file.flush()
        return _last_line([sys.executable, "-m", "benchmarks.hf_peer", file.name])


def _last_line(command: list[str]) -> dict[str, Any]:
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> list[Figure]:
    """Return how far two measurements of one benchmark are apart."""
    key = ours["key"]
    pairs = [
        pair
        for question in sorted(set(ours["samples"]) & set(theirs["samples"]))
        for pair in zip(ours["samples"][question], theirs["samples"][question], strict=True)
    ]
    if isinstance(pairs[0][0], str):
        same = sum(mine == peers for mine, peers in pairs) / len(pairs)
        return [
            Figure(f"{key}: score", _apart(ours, theirs), "s.e.", at_most=1.0, samples=len(pairs)),
            Figure(f"{key}: same text", same, "of 1", samples=len(pairs)),
        ]
    tokens = sum(length for _mine, (_peers, length) in pairs)
    nats = sum(abs(mine - peers) for mine, (peers, _length) in pairs) / tokens
    return [
        Figure(f"{key}: log-probability of a token", nats, "nats", at_most=NATS, samples=tokens),
        Figure(f"{key}: score", _apart(ours, theirs), "s.e.", at_most=1.0, samples=len(pairs)),
    ]


def _apart(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Return the difference of the scores in standard errors of the peer's."""
    error = theirs["stderr"] or ours["stderr"]
    apart = abs(float(ours["value"]) - float(theirs["value"]))
    return apart / error if error else apart


if __name__ == "__main__":
    sys.exit(main())
