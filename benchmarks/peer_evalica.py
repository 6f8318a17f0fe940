"""The peer evalica, in its own environment: `peer_evalica.py JOB VOTES.npz OUT.npz`.

Jobs: `counts` points from aggregated cells, `tight` the same until nothing moves.
"""

import json
import sys
import time
from typing import Any

import evalica
import numpy as np

ROUNDS = 5


def main() -> None:
    """Do one job, print its time as JSON and keep the scores in points."""
    job, source, target = sys.argv[1:4]
    votes = np.load(source)
    size = int(max(votes["a"].max(), votes["b"].max())) + 1
    kind = (2 * votes["score"]).astype(np.int64)
    cells = np.bincount((kind * size + votes["a"]) * size + votes["b"], minlength=3 * size * size)
    places = np.flatnonzero(cells)
    xs, ys = (places // size % size).tolist(), (places % size).tolist()
    names = [evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.X]
    winners = [names[place] for place in (places // size**2).tolist()]
    weights = cells[places].astype(float).tolist()
    options: dict[str, Any] = {"tolerance": 1e-15, "limit": 100_000} if job == "tight" else {}
    best = float("inf")
    for _ in range(1 if job == "tight" else ROUNDS):
        started = time.perf_counter()
        result = evalica.bradley_terry(xs, ys, winners, weights=weights, **options)
        best = min(best, time.perf_counter() - started)
    scores = result.scores.sort_index()
    np.savez(target, names=scores.index.to_numpy(), ratings=400 * np.log10(scores.to_numpy()))
    print(json.dumps({"seconds": best}))


main()
