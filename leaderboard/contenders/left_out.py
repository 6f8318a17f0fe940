"""A stack without one of its layers: what each layer is worth to all the others.

What a layer added when it was laid on says little about what it still does under those above it.
So the whole stack is compared with the same stack without the layer, question by question, where
somebody has submitted that, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evals import gains
from evals.models import Contender
from leaderboard.boards import layer_names
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow, Gain
from leaderboard.contenders import changes
from leaderboard.contenders.changes import Change

LAYERS_MIN = 2  # of one layer, leaving it out leaves its base: the page says that already


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One layer, and how the stack fares without it."""

    layer: BoardRow
    without: BoardRow | None  # None: nobody has submitted the stack without it
    average: Gain | None  # what the layer adds to the rest, in points
    changes: Sequence[Change]

    @property
    def name(self) -> str:
        """Return what the layer is called apart from what it stands on."""
        return layer_names.own(self.layer.name, self.layer.parent_name)

    @property
    def surely(self) -> list[Change]:
        """Return what the layer surely changes, the most first."""
        sure = [each for each in self.changes if each.verdict != "noise"]
        return sorted(sure, key=lambda each: -abs(each.weight))


def of(contender: Contender, row: BoardRow, board: Board) -> list[LeftOut]:
    """Return every layer of a stack as the one left out, the lowest first."""
    if board.suite is None or row.depth < LAYERS_MIN:
        return []
    found = gains.leave_one_out(contender, board.suite)
    return [_read(each, board) for each in found if each.layer.slug in board.by_slug]


def _read(found: gains.LeftOut, board: Board) -> LeftOut:
    return LeftOut(
        layer=board.by_slug[found.layer.slug],
        without=board.by_slug.get(found.without.slug) if found.without else None,
        average=changes.in_points(found.gains),
        changes=[changes.paired(each) for each in found.gains],
    )
