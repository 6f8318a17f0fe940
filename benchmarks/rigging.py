"""Rig a ranking and see what is caught: `python -m benchmarks.rigging`.

Honest voters follow a Bradley-Terry truth, each with tastes of their own. Three kinds of attackers
recognise a mid-ranked target: those who judge only its battles, those who judge all battles and
push its rivals down ("omnipresent"), those who vote honestly but for the target, and those who give
battles up until the target turns up. Honest people give one in ten up, too. Ratings are
fitted on everything, the test of `arena.sequential` runs with those ratings, and what it finds is
left out. Figures with a target decide the exit code; what is not caught is told all the same.
"""

import json
import time
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arena import bradley_terry, sequential
from arena.ballots import Ballots
from benchmarks import report
from benchmarks.report import Figure

RESULTS = Path(__file__).parent / "results" / "rigging.json"
CONTENDERS, TARGET_RANK = 20, 10
HONEST, TIES, TASTE = 1500, 0.2, 0.3  # voters; share of ties; spread of tastes, natural-log units
ALPHA, MIN_VOTES, VOTES_EACH, RIGGED = 0.01, 10, 20, 0.05
LEAVING = 0.1  # battles that honest people give up
LOOKS = 2  # what was found is left out, and everyone is tested against the new ratings
DRAWS = "draws until the target turns up"
KINDS = ("target only", "omnipresent", "honest but for the target", DRAWS)
Floats = NDArray[np.float64]


@dataclass
class Poll:
    """All votes: who, on whom, and how."""

    voter: list[int]
    a: list[int]
    b: list[int]
    outcome: list[int]

    def ballots(self, kept: NDArray[np.bool_]) -> Ballots:
        kept = kept & (np.array(self.outcome) != sequential.LEFT)
        score = np.array([1.0, 0.0, 0.5])[np.array(self.outcome)[kept]]
        return Ballots.of(
            np.array(self.voter)[kept], np.array(self.a)[kept], np.array(self.b)[kept], score
        )

    @property
    def judged(self) -> int:
        return sum(each != sequential.LEFT for each in self.outcome)


def outcome(gap: float, random: np.random.Generator) -> int:
    if random.random() < TIES:
        return sequential.NEITHER
    wins = 1 / (1 + np.exp(-gap / sequential.SCALE))
    return sequential.A if random.random() < wins else sequential.B


def honest(truth: Floats, random: np.random.Generator) -> Poll:
    poll = Poll([], [], [], [])
    for voter in range(HONEST):
        own = truth + random.normal(0, TASTE * sequential.SCALE, CONTENDERS)
        for _ in range(min(200, 5 + int(random.pareto(1.2) * 8))):
            vote(poll, voter, own, random)
    return poll


def vote(poll: Poll, voter: int, own: Floats, random: np.random.Generator) -> None:
    a, b = random.choice(CONTENDERS, 2, replace=False)
    verdict = outcome(own[a] - own[b], random)
    add(poll, voter, a, b, sequential.LEFT if random.random() < LEAVING else verdict)


def add(poll: Poll, voter: int, a: int, b: int, verdict: int) -> None:
    poll.voter.append(voter)
    poll.a.append(int(a))
    poll.b.append(int(b))
    poll.outcome.append(verdict)


def attack(
    poll: Poll, kind: str, votes: int, target: int, truth: Floats, random: np.random.Generator
) -> set[int]:
    """Add so many rigged votes, VOTES_EACH a voter; return the attackers."""
    first = max(poll.voter) + 1
    for number in range(votes):
        a, b = random.choice(CONTENDERS, 2, replace=False)
        if kind == "target only" and target not in (a, b):
            a, b = (target, b) if random.random() < 0.5 and b != target else (a, target)
            if a == b:
                a = (target + 1) % CONTENDERS
        voter = first + number // VOTES_EACH
        while kind == DRAWS and target not in (a, b):
            add(poll, voter, a, b, sequential.LEFT)
            a, b = random.choice(CONTENDERS, 2, replace=False)
        if target in (a, b):
            add(poll, voter, a, b, sequential.A if a == target else sequential.B)
        elif kind == "omnipresent":  # push down whoever stands higher
            add(poll, voter, a, b, sequential.B if truth[a] > truth[b] else sequential.A)
        else:
            add(poll, voter, a, b, outcome(truth[a] - truth[b], random))
    return set(range(first, first + (votes + VOTES_EACH - 1) // VOTES_EACH))


def caught(poll: Poll, values: Floats) -> set[int]:
    """Return the voters that the test finds."""
    voter, a, b = np.array(poll.voter), np.array(poll.a), np.array(poll.b)
    verdicts = np.array(poll.outcome)
    is_judged = verdicts != sequential.LEFT
    ties = float(np.mean(verdicts[is_judged] == sequential.NEITHER))
    order = np.argsort(voter, kind="stable")
    places = np.split(order, np.flatnonzero(np.diff(voter[order])) + 1)
    found = set()
    for each in places:
        if is_judged[each].sum() < MIN_VOTES:
            continue
        series = sequential.Votes(a[each], b[each], verdicts[each])
        expected = sequential.predictions(series, values, ties=ties)
        if sequential.p_value(series, expected) <= ALPHA:
            found.add(int(voter[each[0]]))
    return found


def fitted(poll: Poll, without: Set[int] = frozenset()) -> Floats:
    kept = ~np.isin(np.array(poll.voter), list(without))
    return bradley_terry.fit(poll.ballots(kept).tally(CONTENDERS), prior=0.3, anchor=1000.0).values


def rank(values: Floats, target: int) -> int:
    return 1 + int(np.sum(values > values[target]))


def run(kind: str, share: float, seed: int) -> dict[str, float]:
    """Rig one poll, and return what it did and what was caught."""
    random = np.random.default_rng(seed)
    truth = np.sort(random.normal(0, 120, CONTENDERS))[::-1].copy()
    target = TARGET_RANK - 1
    poll = honest(truth, random)
    before = rank(fitted(poll), target)
    attackers = attack(poll, kind, round(share * poll.judged), target, truth, random)
    rigged = fitted(poll)
    found: set[int] = set()
    for _ in range(LOOKS):
        found |= caught(poll, fitted(poll, found))
    return {
        "votes": poll.judged,
        "caught": 100 * len(found & attackers) / max(1, len(attackers)),
        "false": 100 * len(found - attackers) / HONEST,
        "rigged shift": before - rank(rigged, target),
        "filtered shift": before - rank(fitted(poll, found), target),
        "filtered first": rank(fitted(poll, found), target) == 1,
        "rigged first": rank(rigged, target) == 1,
    }


def votes_to_first(kind: str, key: str, seed: int) -> float:
    """Return the share of rigged votes, in percent, that puts the target first; 100: none does."""
    for percent in (2, 5, 10, 20, 35, 50):
        if run(kind, percent / 100, seed)[key]:
            return float(percent)
    return 100.0


def main() -> int:
    """Simulate, print, keep."""
    started, seeds, figures = time.perf_counter(), range(5), []
    for kind in KINDS:
        runs = [run(kind, RIGGED, seed) for seed in seeds]
        mean = {key: float(np.mean([each[key] for each in runs])) for key in runs[0]}
        worst = max(abs(each["filtered shift"]) for each in runs)
        goal: dict[str, float] = {"at_least": 80} if kind in ("target only", DRAWS) else {}
        bound: dict[str, float] = {"at_most": 1} if kind == "target only" else {}
        open_, shut = (votes_to_first(kind, key, 0) for key in ("rigged first", "filtered first"))
        figures += [
            Figure(f"{kind}: attackers caught", mean["caught"], "%", samples=5, **goal),
            Figure(f"{kind}: honest flagged", mean["false"], "%", at_most=5, samples=5),
            Figure(f"{kind}: rank shift unfiltered", mean["rigged shift"], "ranks", samples=5),
            Figure(f"{kind}: rank shift filtered, worst", worst, "ranks", samples=5, **bound),
            Figure(f"{kind}: rigged share for first place, unfiltered", open_, "%"),
            Figure(f"{kind}: rigged share for first place, filtered", shut, "%"),
        ]
    figures.append(Figure("time", time.perf_counter() - started, "s"))
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {each.name: round(each.value, 3) for each in figures}
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")
    return report.close("rigging", figures)


if __name__ == "__main__":
    raise SystemExit(main())
