"""Our own arithmetic, timed in a process of its own: `python -m benchmarks.rating_ours JOB VOTES`.

Jobs: `counts` from kept counts to ratings with intervals, `points` without intervals, `votes`
from the stored votes' columns, `style` the style-controlled fit with intervals, `huge` ten million
votes by a thousand contenders (VOTES is then the seed).
"""

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from arena import bradley_terry as bt
from arena import style
from arena.ballots import Ballots, Counts
from arena.matrices import Floats
from benchmarks import rating_votes

PRIOR = 0.3
ROUNDS = 40


def main() -> None:
    """Do one job and print its best time as JSON."""
    job, source = sys.argv[1], sys.argv[2]
    work, rounds = _work(job, source)
    best = min(_seconds(work) for _ in range(rounds))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": best, "memory": memory}))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _work(job: str, source: str) -> tuple[Callable[[], object], int]:
    if job == "huge":
        many = rating_votes.counts(10e6, 1000, seed=int(source))
        return lambda: _rate(many), 8
    ballots, marks, contenders = _read(source)
    if job == "votes":
        return lambda: _rate(ballots.tally(contenders)), ROUNDS
    counts = ballots.tally(contenders)
    if job == "style":
        return lambda: _style(ballots, marks, counts), 3
    if job == "points":
        share = bt.shares(counts)
        return lambda: bt.maximum(Counts(counts.wins, counts.ties), share, PRIOR), ROUNDS
    return lambda: _rate(counts), ROUNDS


def _read(source: str) -> tuple[Ballots, Floats, int]:
    kept = np.load(source)
    a, b = kept["a"], kept["b"]
    contenders = int(max(a.max(), b.max())) + 1
    return Ballots.of(np.arange(len(a)), a, b, kept["score"]), kept["marks"], contenders


def _rate(counts: Counts) -> bt.Fit:
    """Fit counts whose sums nobody has cached."""
    return bt.fit(Counts(counts.wins, counts.ties), prior=PRIOR, anchor=1000)


def _style(ballots: Ballots, marks: Floats, counts: Counts) -> style.Controlled:
    """Fit with style, every vote on its own as the peer takes them, and give intervals."""
    ground = style.ground(ballots, marks, counts, prior=PRIOR, by_voter=False)
    nothing = ballots.at(slice(0))
    return style.moved(ground, nothing, marks[:0], counts, prior=PRIOR, anchor=1000)


if __name__ == "__main__":
    main()
