"""Does the field's own program read our export, and find our ratings in it?

`python -m benchmarks.export_agreement`. A site is made with votes of a known truth, its counted
votes are exported as JSON lines and as Parquet, and arena-rank, in an environment of its own, rates
the files as it rates the field's data sets. Both sides are centred, because each has its own zero.
Results are kept in benchmarks/results/export_agreement.json.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from arena.matrices import Floats
from benchmarks import kept, peers, report
from benchmarks.ratings import ARENA_RANK
from benchmarks.report import Figure

VOTES, CONTENDERS = 40_000, 25
AGREE = 0.5  # points
Told = Mapping[str, list[float]]


def main() -> int:
    """Compare, print, keep, and return the exit status."""
    arena_rank = peers.environment(ARENA_RANK)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as place:
        made = peers.ask_site("benchmarks.export_site", f"make({place!r}, {VOTES}, {CONTENDERS})")
        ours: Told = json.loads(Path(place, "ours.json").read_text())
        for form in ("jsonl", "parquet"):
            answers = Path(place) / f"{form}.json"
            read = peers.ask(arena_rank, "peer_export.py", Path(place) / f"votes.{form}", answers)
            figures += _compared(form, ours, json.loads(answers.read_text()))
            lost = abs(made["votes"] - read["votes"])
            figures.append(Figure(f"{form}: votes that differ in number", lost, "votes", at_most=0))
    print(f"Kept in {kept.write('export_agreement', figures, **made)}")
    return report.close("export_agreement", figures)


def _compared(form: str, ours: Told, theirs: Mapping[str, Told]) -> list[Figure]:
    assert all(set(found) == set(ours) for found in theirs.values())
    names = sorted(ours)
    return [
        Figure(f"{form}: points apart, {job}", _apart(names, ours, found), "points", at_most=AGREE)
        for job, found in theirs.items()
    ]


def _apart(names: list[str], one: Told, other: Told) -> float:
    return float(np.abs(_centred(names, one) - _centred(names, other)).max())


def _centred(names: list[str], told: Told) -> Floats:
    values = np.array([told[name][0] for name in names])
    centred: Floats = values - values.mean()
    return centred


if __name__ == "__main__":
    sys.exit(main())
