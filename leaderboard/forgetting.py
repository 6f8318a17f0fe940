"""What a layer broke, and what it mended: paired tests against its parent, the worst first.

Both answered the same questions, so each question is its own control. Where the questions are not
kept any more, the two scores are compared as independent ones, which finds less.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evals import gains
from evals.models import Benchmark, Contender
from leaderboard.board import Board
from leaderboard.rows import BoardRow


@dataclass(frozen=True, slots=True)
class Change:
    """What a layer did to one benchmark."""

    benchmark: Benchmark
    difference: float  # in the metric's own unit
    stderr: float | None
    verdict: str  # better, worse or noise
    is_paired: bool
    raised: int = 0  # questions
    lowered: int = 0
    p_value: float | None = None

    @property
    def weight(self) -> float:
        """Return the change as a share of the way from guessing to perfect."""
        return self.difference / (self.benchmark.best_level - self.benchmark.chance_level)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a layer surely changed, and what nobody can tell."""

    broken: list[Change]
    mended: list[Change]
    unsure: list[Change]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was measured on both."""
        return not (self.broken or self.mended or self.unsure)


def card(contender: Contender, row: BoardRow, board: Board) -> Card | None:
    """Return what the top layer did; None for what is no layer."""
    if not row.is_adapter or board.suite is None:
        return None
    paired = [_paired(each) for each in gains.marginal(contender, board.suite)]
    known = {each.benchmark.key for each in paired}
    others = [_unpaired(each, row) for each in board.benchmarks if each.key not in known]
    return _sorted([*paired, *(each for each in others if each)])


def _sorted(changes: Iterable[Change]) -> Card:
    order = sorted(changes, key=lambda each: each.weight)
    return Card(
        broken=[each for each in order if each.verdict == "worse"],
        mended=[each for each in reversed(order) if each.verdict == "better"],
        unsure=[each for each in order if each.verdict == "noise"],
    )


def _paired(gain: gains.Gain) -> Change:
    change = gain.difference
    verdict = "better" if gain.is_better else "worse" if gain.is_worse else "noise"
    return Change(
        gain.benchmark,
        change.value,
        change.stderr,
        verdict,
        is_paired=True,
        raised=change.raised,
        lowered=change.lowered,
        p_value=gain.p_value,
    )


def _unpaired(benchmark: Benchmark, row: BoardRow) -> Change | None:
    gain = row.scores[benchmark.key].gain
    if gain is None:
        return None
    return Change(benchmark, gain.difference, gain.stderr, gain.verdict, is_paired=False)
