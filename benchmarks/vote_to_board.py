"""How long a vote takes to the board with a million stored: `python -m benchmarks.vote_to_board`.

Makes an installation of its own, stores the votes and has them entered; then votes are cast one by
one and each is published. The wait that bundles votes is added. `--quick` stores 20,000.
Results are kept in benchmarks/results/vote_to_board.json.
"""

import argparse
import sys

from benchmarks import kept, peers, report
from benchmarks.report import Figure

MANY, QUICK = 1_000_000, 20_000
DEBOUNCE_S = 0.5  # RATING_DEBOUNCE_S: votes so close together are counted by one fit


def main() -> int:
    """Measure, print, keep, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} votes, nothing kept")
    is_quick = parser.parse_args().quick
    figures = measured(QUICK if is_quick else MANY)
    if not is_quick:
        print(f"Kept in {kept.write('vote_to_board', figures)}")
    return report.close("vote_to_board", figures)


def measured(votes: int) -> list[Figure]:
    """Return the figures of one size."""
    found = peers.ask_site("benchmarks.rating_site", f"measure({votes})")
    size = f"{votes:,} votes stored"
    return [
        Figure(f"vote to board, {size}, median", DEBOUNCE_S + found["median"], "s", at_most=1.0),
        Figure(f"vote to board, {size}, worst", DEBOUNCE_S + found["worst"], "s", at_most=1.0),
        Figure(f"vote to board, {size}, new process", DEBOUNCE_S + found["first"], "s"),
        Figure("a core's work of it, without the wait", found["worked"], "s"),
        Figure("votes entered into the ledger", found["entering_per_s"], "a second"),
        Figure(f"groundwork in the background, {size}", found["groundwork"], "s"),
    ]


if __name__ == "__main__":
    sys.exit(main())
