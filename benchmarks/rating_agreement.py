"""How far our ratings are from the peers' on the same votes, in points."""

import tempfile
from pathlib import Path

import numpy as np

from arena import bradley_terry as bt
from arena.ballots import Counts
from arena.bradley_terry import Fit
from arena.matrices import Floats
from benchmarks import peers, rating_votes
from benchmarks.report import Figure

# evalica's golden file for its food.csv: 30 votes, 5 dishes (github.com/dustalov/evalica).
# Burger, Pasta, Pizza, Sushi, Tacos: GOLDEN_WINS[i][j] votes preferred i to j.
GOLDEN_WINS = ((0, 0, 3, 2, 1), (2, 0, 0, 0, 1), (0, 1, 0, 2, 0), (4, 1, 0, 0, 1), (1, 4, 4, 1, 0))
GOLDEN_TIES = ((1, 2), (1, 3))  # Pasta and Pizza, Pasta and Sushi
GOLDEN = (
    0.14797665121689418,
    0.1281534106031957,
    0.09897982556928168,
    0.19060028489839073,
    0.43428982771223773,
)


def golden() -> Figure:
    """Return how far we are from evalica's golden file."""
    ties = np.zeros((5, 5))
    for i, j in GOLDEN_TIES:
        ties[i, j] = ties[j, i] = 1
    ours = bt.fit(Counts(np.array(GOLDEN_WINS, dtype=float), ties), prior=0, anchor=0).values
    apart = np.abs(_centred(ours) - _centred(400 * np.log10(GOLDEN))).max()
    return Figure("apart from evalica's golden file", float(apart), "points", at_most=1e-6)


def with_peers(arena_rank: Path, evalica: Path, votes: int, contenders: int) -> list[Figure]:
    """Return how far we are from both peers where they have converged."""
    truth = rating_votes.votes(votes, contenders, seed=7)
    ours = bt.fit(truth.ballots.tally(contenders), prior=0, anchor=0)
    with tempfile.TemporaryDirectory() as place:
        source, theirs = Path(place) / "votes.npz", Path(place) / "theirs.npz"
        truth.save(source)
        peers.ask(evalica, "peer_evalica.py", "tight", source, theirs)
        scores = np.load(theirs)["ratings"]
        peers.ask(arena_rank, "peer_arena_rank.py", "converged", source, theirs)
        found = np.load(theirs)
        order = np.argsort(found["names"])
        ratings, upper = found["ratings"][order], found["rating_upper"][order]
    size = f"{votes:,} votes x {contenders}"
    return [
        Figure(f"apart from evalica, {size}", _apart(ours.values, scores), "points", at_most=1e-6),
        Figure(
            f"apart from arena-rank, {size}", _apart(ours.values, ratings), "points", at_most=1e-3
        ),
        Figure(
            f"intervals apart from arena-rank, {size}",
            float(np.abs(_half_widths(ours) / (upper - ratings) - 1).max()),
            "of 1",
            at_most=1e-3,
        ),
    ]


def _half_widths(fit: Fit) -> Floats:
    """Return half the intervals around the plain mean, which is the peer's fixed point."""
    centring = np.eye(len(fit.values)) - 1 / len(fit.values)
    covariance = centring @ fit.covariance @ centring
    widths: Floats = bt.Z95 * np.sqrt(np.diag(covariance))
    return widths


def _apart(one: Floats, other: Floats) -> float:
    return float(np.abs(_centred(one) - _centred(other)).max())


def _centred(values: Floats) -> Floats:
    centred: Floats = values - values.mean()
    return centred
