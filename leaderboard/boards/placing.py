"""Who stands on which place in one column, best first whichever way a table runs."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from leaderboard.boards import columns, places
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.frame import Frame, Mask, Whole


@dataclass(frozen=True, slots=True)
class Placing:
    """The place of every row; 0 for who does not compete."""

    places: Whole
    is_shared: Mask

    def of(self, at: int) -> tuple[int | None, bool]:
        """Return a row's place, and whether it shares that place."""
        return int(self.places[at]) or None, bool(self.is_shared[at])


def by(board: Board, column: Column) -> Placing:
    """Return the places that a column gives; none where it is text."""
    return board.frame.kept(("placing", column.key), lambda: _placing(board.frame, column))


def _placing(rows: Frame, column: Column) -> Placing:
    found = Placing(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_))
    if not column.is_text:
        told = _published(rows) if column.group == "rating" else _tested(rows, column)
        for at, (place, is_shared) in told.items():
            found.places[at], found.is_shared[at] = place, is_shared
    return found


def _tested(rows: Frame, column: Column) -> dict[int, tuple[int, bool]]:
    """Number the competitors that have a value."""
    values = columns.values(rows, column)
    runs = np.flatnonzero(rows.where("placed", lambda row: row.is_placed) & ~np.isnan(values))
    best = np.argsort(values[runs] * (1 if column.is_low_first else -1), kind="stable")
    stderr = column.stderr
    return places.shared(
        (int(at), float(values[at]), stderr(rows.rows[at]) if stderr else None) for at in runs[best]
    )


def _published(rows: Frame) -> dict[int, tuple[int, bool]]:
    """Return the places that the ratings were published with: 1 + how many are surely stronger."""
    published = {
        at: row.rating.rank for at, row in enumerate(rows.rows) if row.is_placed and row.rating
    }
    shared = Counter(published.values())
    return {at: (rank, shared[rank] > 1) for at, rank in published.items()}
