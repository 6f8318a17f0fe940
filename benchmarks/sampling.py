"""How many votes bring newcomers home: `python -m benchmarks.sampling [--quick]`.

Three newcomers join 27 contenders with 3,500 votes each. Votes are drawn pair by pair, by the
arena's weights or uniformly, until the three intervals are within 15 points on either side. The
ratings that the weights need are fitted again after every portion, as the site does.
"""

import argparse
import sys
from statistics import median

import numpy as np

from arena import bradley_terry as bt
from arena import weights
from arena.ballots import Counts
from arena.matrices import Floats
from benchmarks import kept, rating_votes, report
from benchmarks.report import Figure

PEOPLE, NEW, EACH = 30, 3, 3_500
GOAL = 15.0  # points on either side
PORTION = 50
RUNS = 7
VOTES_MAX = 400_000
PRIOR = 0.3


def main() -> int:
    """Simulate, print, keep, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two runs, nothing kept")
    is_quick = parser.parse_args().quick
    runs = range(2 if is_quick else RUNS)
    informed = median(votes_needed(seed, is_informed=True) for seed in runs)
    uniform = median(votes_needed(seed, is_informed=False) for seed in runs)
    figures = [
        Figure("votes by the arena's weights", informed, "votes", samples=len(runs)),
        Figure("votes by uniform draws", uniform, "votes", samples=len(runs)),
        Figure(
            "newcomers to 15 points, share of uniform's votes",
            informed / uniform,
            "of 1",
            at_most=0.25,
            samples=len(runs),
        ),
    ]
    if not is_quick:
        print(f"Kept in {kept.write('sampling', figures)}")
    return report.close("sampling", figures)


def votes_needed(seed: int, *, is_informed: bool) -> int:
    """Return how many votes it took."""
    random = np.random.default_rng(seed)
    strengths = random.normal(0, rating_votes.SPREAD, PEOPLE)
    wins, ties = _settled(random, strengths)
    first, second = np.triu_indices(PEOPLE, 1)
    cast = 0
    while cast < VOTES_MAX:
        fit = bt.fit(Counts(wins, ties), prior=PRIOR, anchor=0)
        if ((fit.upper - fit.lower)[-NEW:] <= 2 * GOAL).all():
            return cast
        chance = np.full(len(first), 1 / len(first))
        if is_informed:
            covariance = fit.covariance / bt.SCALE**2
            chance = weights.blended(fit.values / bt.SCALE, covariance).chance
        games = random.multinomial(PORTION, chance)
        won, tied = rating_votes.outcomes(random, games, strengths[first] - strengths[second])
        np.add.at(wins, (first, second), won)
        np.add.at(wins, (second, first), games - won - tied)
        np.add.at(ties, (first, second), tied)
        np.add.at(ties, (second, first), tied)
        cast += PORTION
    return VOTES_MAX


def _settled(random: np.random.Generator, strengths: Floats) -> tuple[Floats, Floats]:
    """Return the counts before the newcomers: each of the others has EACH votes or so."""
    old = PEOPLE - NEW
    games = np.triu(random.poisson(EACH / (old - 1), (PEOPLE, PEOPLE)), 1)
    games[:, old:] = 0
    won, tied = rating_votes.outcomes(random, games, strengths[:, None] - strengths)
    wins = won + (games - won - tied).T
    return wins.astype(np.float64), (tied + tied.T).astype(np.float64)


if __name__ == "__main__":
    sys.exit(main())
