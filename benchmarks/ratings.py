"""Ratings against arena-rank and evalica: equal answers, and how long each takes.

`python -m benchmarks.ratings [--quick]`. Each peer runs in an environment of its own, made at the
first run. Times are the best of several in a process that does nothing else; on a busy machine only
their ratios mean something. Results are kept in benchmarks/results/ratings.json.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import kept, peers, rating_agreement, rating_votes, report
from benchmarks.report import Figure

ARENA_RANK, EVALICA = "arena-rank==0.1.1", "evalica==0.4.2"
OURS = "benchmarks.rating_ours"
GRID = ((10_000, 20), (100_000, 100), (1_000_000, 300))
HEADLINE = (2_000_000, 300)
QUICK = (100_000, 100)
GIGABYTE = 1e9


def main() -> int:
    """Compare, print, keep, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small size, nothing kept")
    is_quick = parser.parse_args().quick
    figures = _quick() if is_quick else _full()
    if not is_quick:
        print(f"Kept in {kept.write('ratings', figures)}")
    return report.close("ratings", figures)


def _quick() -> list[Figure]:
    arena_rank, evalica = peers.environment(ARENA_RANK), peers.environment(EVALICA)
    figures = [rating_agreement.golden()]
    figures += rating_agreement.with_peers(arena_rank, evalica, *QUICK)
    return figures + _against(arena_rank, evalica, *QUICK)


def _full() -> list[Figure]:
    arena_rank, evalica = peers.environment(ARENA_RANK), peers.environment(EVALICA)
    figures = [rating_agreement.golden()]
    figures += rating_agreement.with_peers(arena_rank, evalica, *QUICK)
    for votes, contenders in GRID:
        figures += _against(arena_rank, evalica, votes, contenders)
    figures += _against(arena_rank, evalica, *HEADLINE, is_headline=True)
    figures += _style(arena_rank, *HEADLINE)
    return figures + _flat() + _huge()


def _against(
    arena_rank: Path, evalica: Path, votes: int, contenders: int, *, is_headline: bool = False
) -> list[Figure]:
    """Return the times of all three, one after the other, and the ratios."""
    with tempfile.TemporaryDirectory() as place:
        source, out = _saved(place, votes, contenders)
        from_votes = peers.ask_ours(OURS, "votes", source)["seconds"]
        frame = peers.ask(arena_rank, "peer_arena_rank.py", "frame", source)["seconds"]
        from_counts = peers.ask_ours(OURS, "counts", source)["seconds"]
        counts = peers.ask(arena_rank, "peer_arena_rank.py", "counts", source)["seconds"]
        points = peers.ask_ours(OURS, "points", source)["seconds"]
        theirs = peers.ask(evalica, "peer_evalica.py", "counts", source, out)["seconds"]
    size = f"{votes:,} x {contenders}"
    targets = (200.0, 100.0, 20.0) if is_headline else (None, None, None)
    return [
        Figure(f"{size}: stored votes to intervals", 1000 * from_votes, "ms"),
        Figure(f"{size}: kept counts to intervals", 1000 * from_counts, "ms"),
        Figure(f"{size}: arena-rank, table to intervals", 1000 * frame, "ms"),
        Figure(f"{size}: arena-rank, counts to intervals", 1000 * counts, "ms"),
        Figure(f"{size}: evalica, counts to points", 1000 * theirs, "ms"),
        Figure(
            f"{size}: votes, times arena-rank", frame / from_votes, "times", at_least=targets[0]
        ),
        Figure(
            f"{size}: counts, times arena-rank", counts / from_counts, "times", at_least=targets[1]
        ),
        Figure(f"{size}: points, times evalica", theirs / points, "times", at_least=targets[2]),
    ]


def _style(arena_rank: Path, votes: int, contenders: int) -> list[Figure]:
    """Return how long style control takes, and how much memory."""
    with tempfile.TemporaryDirectory() as place:
        source, _out = _saved(place, votes, contenders)
        ours = peers.ask_ours(OURS, "style", source)
        theirs = peers.ask(arena_rank, "peer_arena_rank.py", "style", source)
    return [
        Figure("style control", 1000 * ours["seconds"], "ms"),
        Figure("style control, memory", ours["memory"] / GIGABYTE, "GB", at_most=0.5),
        Figure("style control, arena-rank", 1000 * theirs["seconds"], "ms"),
        Figure("style control, arena-rank's memory", theirs["memory"] / GIGABYTE, "GB"),
        Figure(
            "style control, times arena-rank",
            theirs["seconds"] / ours["seconds"],
            "times",
            at_least=10,
        ),
    ]


def _flat() -> list[Figure]:
    """Return how much slower a hundred times as many votes are, by as many contenders."""
    seconds = []
    for votes in (20_000, 200_000, 2_000_000):
        with tempfile.TemporaryDirectory() as place:
            source, _out = _saved(place, votes, 300)
            seconds.append(peers.ask_ours(OURS, "counts", source)["seconds"])
    ratio = seconds[-1] / seconds[0]
    return [Figure("2,000,000 votes against 20,000, kept counts", ratio, "times", at_most=1.5)]


def _huge() -> list[Figure]:
    seconds = peers.ask_ours(OURS, "huge", 5, threads=2)["seconds"]
    return [Figure("10,000,000 x 1,000: kept counts to intervals", seconds, "s", at_most=0.3)]


def _saved(place: str, votes: int, contenders: int) -> tuple[Path, Path]:
    source = Path(place) / "votes.npz"
    truth = rating_votes.votes(votes, contenders, seed=11, style=rating_votes.STYLE)
    truth.save(source)
    return source, Path(place) / "out.npz"


if __name__ == "__main__":
    sys.exit(main())
