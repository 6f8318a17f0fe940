"""How often the intervals hold the truth: `python -m benchmarks.coverage [--quick]`.

Votes are drawn from known strengths again and again, rated as the site rates them, and the share
of 95 % intervals that hold the truth is counted: for everybody, for newcomers with few votes in a
large pool, and for votes of people with tastes of their own. Style's coefficients are compared with
those put in. Results are kept in benchmarks/results/coverage.json.
"""

import argparse
import sys
from collections.abc import Iterable

import numpy as np

from arena import bradley_terry as bt
from arena import style
from arena.ballots import Ballots, Counts
from arena.bradley_terry import Fit
from arena.matrices import Floats
from benchmarks import kept, rating_votes, report
from benchmarks.report import Figure

PRIOR = 0.3  # RATING_PRIOR
FEW, MANY = 300, 4_000  # replications: for everybody; for one newcomer
NEWCOMER = (30, 100, 300)
POOL = 2_000_000
TASTES = (0.5, 1.0)  # standard deviations, natural-log units
ORDER = 24  # of the quadrature over tastes


def main() -> int:
    """Simulate, print, keep, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth, without targets")
    is_quick = parser.parse_args().quick
    share = 10 if is_quick else 1
    figures = [_everybody(FEW // share, 10_000, 30), _everybody(FEW // share, 100_000, 50)]
    figures += [_newcomer(MANY // share, votes) for votes in NEWCOMER]
    figures += [figure for taste in TASTES for figure in _tastes(FEW // share, taste)]
    figures += _style(30 // share)
    if is_quick:
        figures = [Figure(each.name, each.value, each.unit) for each in figures]
    else:
        print(f"Kept in {kept.write('coverage', figures)}")
    return report.close("coverage", figures)


def _everybody(replications: int, votes: int, contenders: int) -> Figure:
    """Return the share of all intervals that hold the truth."""
    held = []
    for seed in range(replications):
        truth = rating_votes.votes(votes, contenders, seed=seed)
        counts = truth.ballots.tally(contenders)
        held.append(_holds(bt.fit(counts, prior=PRIOR, anchor=0), counts, truth.strengths))
    name = f"everybody, {votes:,} votes x {contenders}"
    return _between(name, held, at_least=94, at_most=96)


def _newcomer(replications: int, votes: int) -> Figure:
    """Return how often a newcomer's interval holds, in a pool of two million votes."""
    held = []
    for seed in range(replications):
        random = np.random.default_rng(seed)
        strengths = random.normal(0, rating_votes.SPREAD, 21)
        counts = rating_votes.counts(POOL, 20, seed=seed, strengths=strengths[:20])
        fit, whole = _with_newcomer(counts, strengths, votes, random)
        held.append(_holds(fit, whole, strengths)[-1:])
    name = f"newcomer with {votes} votes, pool of {POOL:,}"
    return _between(name, held, at_least=94, at_most=96)


def _with_newcomer(
    pool: Counts, strengths: Floats, votes: int, random: np.random.Generator
) -> tuple[Fit, Counts]:
    games = random.multinomial(votes, np.full(20, 1 / 20))
    won, tied = rating_votes.outcomes(random, games, strengths[20] - strengths[:20])
    wins, ties = np.zeros((21, 21)), np.zeros((21, 21))
    wins[:20, :20], ties[:20, :20] = pool.wins, pool.ties
    wins[20, :20], wins[:20, 20] = won, games - won - tied
    ties[20, :20] = ties[:20, 20] = tied
    whole = Counts(wins, ties)
    return bt.fit(whole, prior=PRIOR, anchor=0), whole


def _tastes(replications: int, taste: float) -> list[Figure]:
    """Return the coverage where each voter likes contenders differently: by voter and by vote."""
    by_voter: list[Floats] = []
    by_vote: list[Floats] = []
    for seed in range(replications):
        random = np.random.default_rng(seed)
        strengths = random.normal(0, rating_votes.SPREAD, 30)
        ballots = _clustered(random, 10_000, strengths, taste)
        counts = ballots.tally(30)
        truth = _on_average(counts, strengths, taste)
        for found, given in ((by_voter, ballots), (by_vote, None)):
            fit = bt.fit(counts, prior=PRIOR, anchor=0, ballots=given)
            found.append(_holds(fit, counts, truth))
    return [
        _between(f"voters with tastes of {taste:g}", by_voter, at_least=93),
        Figure(f"the same, votes taken alone, tastes of {taste:g}", _percent(by_vote), "%"),
    ]


def _clustered(random: np.random.Generator, votes: int, strengths: Floats, taste: float) -> Ballots:
    """Draw votes of people, a few of whom vote very often."""
    each = np.minimum(500, np.ceil(8 * random.pareto(1.5, votes))).astype(np.int64) + 1
    people = int(np.searchsorted(np.cumsum(each), votes)) + 1
    voter = np.repeat(np.arange(people), each[:people])[:votes]
    a, b = rating_votes.pairs(random, votes, np.full(30, 1 / 30))
    own = random.normal(0, taste, (people, 30))
    gap = strengths[a] - strengths[b] + own[voter, a] - own[voter, b]
    return Ballots.of(voter, a, b, rating_votes.verdicts(random, gap))


def _on_average(counts: Counts, strengths: Floats, taste: float) -> Floats:
    """Return the strengths that describe all voters together best: what the rating is of."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(ORDER)
    gap = strengths[:, None] - strengths
    chance = sum(
        weight / weights.sum() / (1 + np.exp(-(gap + taste * np.sqrt(2) * node)))
        for node, weight in zip(nodes, weights, strict=True)
    )
    expected = Counts(counts.games * chance, np.zeros_like(gap))
    return bt.maximum(expected, bt.shares(expected), 0.0).strengths


def _style(replications: int) -> list[Figure]:
    """Return how far style's coefficients are from those put in, on average."""
    found = []
    for seed in range(max(2, replications)):
        truth = rating_votes.votes(200_000, 50, seed=seed, style=rating_votes.STYLE)
        counts = truth.ballots.tally(50)
        ground = style.ground(truth.ballots, truth.marks, counts, prior=PRIOR, by_voter=False)
        found.append(ground.at[50:])
    apart = np.abs(np.mean(found, axis=0) / rating_votes.STYLE - 1)
    return [Figure("style's coefficients, worst of four", 100 * float(apart.max()), "%", at_most=5)]


def _holds(fit: Fit, counts: Counts, strengths: Floats) -> Floats:
    """Return whether each interval holds the truth, seen from the same vote-weighted mean."""
    truth = bt.SCALE * (strengths - bt.shares(counts) @ strengths)
    held: Floats = ((fit.lower <= truth) & (truth <= fit.upper)).astype(np.float64)
    return held


def _percent(held: Iterable[Floats]) -> float:
    return 100 * float(np.concatenate(list(held)).mean())


def _between(
    name: str, held: list[Floats], *, at_least: float, at_most: float | None = None
) -> Figure:
    return Figure(name, _percent(held), "%", at_most, at_least, samples=len(held))


if __name__ == "__main__":
    sys.exit(main())
