"""What a layer broke, and what it mended: paired tests against its parent, the worst first.

Both answered the same questions, so each question is its own control. Where the questions are not
kept any more, the two scores are compared as independent ones, which finds less.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evals import gains
from evals.models import Benchmark, Contender
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow
from leaderboard.contenders import changes
from leaderboard.contenders.changes import Change


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
    paired = [changes.paired(each) for each in gains.marginal(contender, board.suite)]
    known = {each.benchmark.key for each in paired}
    others = [_unpaired(each, row) for each in board.benchmarks if each.key not in known]
    return _sorted([*paired, *(each for each in others if each)])


def _sorted(found: Iterable[Change]) -> Card:
    order = sorted(found, key=lambda each: each.weight)
    return Card(
        broken=[each for each in order if each.verdict == "worse"],
        mended=[each for each in reversed(order) if each.verdict == "better"],
        unsure=[each for each in order if each.verdict == "noise"],
    )


def _unpaired(benchmark: Benchmark, row: BoardRow) -> Change | None:
    gain = row.scores[benchmark.key].gain
    if gain is None:
        return None
    return Change(benchmark, gain.difference, gain.stderr, gain.verdict, is_paired=False)
