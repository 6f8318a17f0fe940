"""Places that admit how little is known: shared ranks, two ways, and the chance of being best.

Pure arithmetic on a fit. By overlap (as LMArena ranks) all ranks hold at once; by a test of each
difference they are narrower, and hold one at a time.
"""

import numpy as np

from arena.ballots import Whole
from arena.bradley_terry import Z95, Fit
from arena.matrices import Floats

DRAWS = 4_000
BEYOND_CHANCE = 5.0  # standard errors on either side
SEED = 20_260_101  # the same votes give the same chances


def among(fit: Fit, chosen: Whole) -> Fit:
    """Return the same fit with some of its contenders only."""
    return Fit(
        values=fit.values[chosen],
        lower=fit.lower[chosen],
        upper=fit.upper[chosen],
        covariance=fit.covariance[np.ix_(chosen, chosen)],
        games=fit.games[chosen],
        wins=fit.wins[chosen],
        groups=fit.groups[chosen],
    )


def by_overlap(fit: Fit) -> Whole:
    """Return 1 + how many intervals lie wholly above each one's: all ranks hold at once.

    Only those of one group are compared, here and below.
    """
    above = (fit.lower > fit.upper[:, None]) & (fit.groups == fit.groups[:, None])
    return np.asarray(1 + above.sum(axis=1), dtype=np.int64)


def by_difference(fit: Fit) -> Whole:
    """Return 1 + how many are stronger by a test of the difference: narrower, one at a time."""
    variance = np.diag(fit.covariance)
    error = np.sqrt(np.maximum(variance[:, None] + variance - 2 * fit.covariance, 0))
    stronger = fit.values - fit.values[:, None] > Z95 * error
    stronger &= fit.groups == fit.groups[:, None]
    return np.asarray(1 + stronger.sum(axis=1), dtype=np.int64)


def chances_of_being_best(fit: Fit, *, draws: int = DRAWS) -> Floats:
    """Return how often each is the strongest in draws from what the votes leave possible.

    Groups that never met are not comparable: each has a best of its own.
    """
    best = np.zeros(len(fit.values))
    for group in np.unique(fit.groups):
        members = _in_reach(fit, np.flatnonzero(fit.groups == group))
        random = np.random.Generator(np.random.PCG64(SEED))
        spread = _root(fit.covariance[np.ix_(members, members)])
        drawn = fit.values[members] + random.standard_normal((draws, len(members))) @ spread
        won = np.bincount(drawn.argmax(axis=1), minlength=len(members))
        best[members] = won / draws
    return best


def _in_reach(fit: Fit, members: Whole) -> Whole:
    """Return those who could be the strongest at all; the others' chance is below a millionth."""
    spread = BEYOND_CHANCE * np.sqrt(np.diag(fit.covariance)[members])
    values = fit.values[members]
    reached: Whole = members[values + spread >= (values - spread).max()]
    return reached


def _root(covariance: Floats) -> Floats:
    """Return R with R'R = covariance; a singular one has a root, too."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = (vectors * np.sqrt(values.clip(0))).T
    return root
