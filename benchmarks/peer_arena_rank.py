"""The peer arena-rank, in its own environment: `peer_arena_rank.py JOB VOTES.npz [OUT.npz]`.

Jobs: `frame` from a table of votes to ratings with intervals, `counts` from aggregated pairs,
`converged` the same with tight tolerances and hardly any ridge, `style` its contextual model.
Each fit compiles its program anew; that is how the package works, so it is in the time.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry
from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset

MARKS = ["length", "headers", "bold", "lists"]


def main() -> None:
    """Do one job and print its time as JSON."""
    job, source = sys.argv[1], sys.argv[2]
    frame = _frame(source)
    jobs = {
        "frame": _frame_job,
        "counts": _counts_job,
        "converged": _converged_job,
        "style": _style,
    }
    seconds, answer = jobs[job](frame)
    if len(sys.argv) > 3:
        names = [int(name[1:]) for name in answer["competitors"]]
        ratings, upper = (np.asarray(answer[key]) for key in ("ratings", "rating_upper"))
        np.savez(sys.argv[3], names=names, ratings=ratings, rating_upper=upper)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


def _frame(source: str) -> pd.DataFrame:
    votes = np.load(source)
    winner = np.array(["model_b", "tie", "model_a"])[(2 * votes["score"]).astype(int)]
    columns = {
        "model_a": np.char.add("m", votes["a"].astype(str)),
        "model_b": np.char.add("m", votes["b"].astype(str)),
        "winner": winner,
    }
    marks = {name: votes["marks"][:, place] for place, name in enumerate(MARKS)}
    return pd.DataFrame(columns | marks)


def _timed(work: Callable[[], dict[str, Any]], rounds: int) -> tuple[float, dict[str, Any]]:
    best, answer = float("inf"), dict[str, Any]()
    for _ in range(rounds):
        started = time.perf_counter()
        answer = work()
        np.asarray(answer["rating_upper"])
        best = min(best, time.perf_counter() - started)
    return best, answer


def _frame_job(frame: pd.DataFrame) -> tuple[float, dict[str, Any]]:
    def work() -> Any:
        dataset = PairDataset.from_pandas(frame)
        return BradleyTerry(dataset.n_competitors).compute_ratings_and_cis(dataset)

    return _timed(work, 2)


def _counts_job(frame: pd.DataFrame) -> tuple[float, dict[str, Any]]:
    dataset = PairDataset.from_pandas(frame)
    return _timed(lambda: BradleyTerry(dataset.n_competitors).compute_ratings_and_cis(dataset), 3)


def _converged_job(frame: pd.DataFrame) -> tuple[float, dict[str, Any]]:
    dataset = PairDataset.from_pandas(frame)

    def work() -> Any:
        model = BradleyTerry(
            dataset.n_competitors, hessian_reg=1e-8, max_iter=5000, ftol=1e-16, gtol=1e-12
        )
        return model.compute_ratings_and_cis(dataset)

    return _timed(work, 1)


def _style(frame: pd.DataFrame) -> tuple[float, dict[str, Any]]:
    def work() -> Any:
        dataset = ContextualPairDataset.from_pandas(frame, feature_cols=MARKS)
        model = ContextualBradleyTerry(dataset.n_competitors, dataset.n_features)
        return model.compute_ratings_and_cis(dataset)

    return _timed(work, 1)


main()
