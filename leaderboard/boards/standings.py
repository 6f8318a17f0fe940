"""Where one contender stands among all: the share of competitors that a score leaves behind."""

from collections.abc import Mapping

import numpy as np

from leaderboard.boards import columns
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.frame import Frame, Numbers
from leaderboard.boards.rows import BoardRow


def percentiles(board: Board, row: BoardRow) -> Mapping[str, int]:
    """Return for every score the per cent of the measured competitors that are worse."""
    at = board.frame.at[row.slug]
    found: dict[str, int] = {}
    for column in columns.of(board):
        if column.group != "score":
            continue
        competing, own = _competing(board.frame, column), _goodness(board.frame, column)[at]
        if not np.isnan(own) and len(competing) > 1:
            behind = int(np.searchsorted(competing, own))
            found[column.key.removeprefix("score.")] = round(100 * behind / (len(competing) - 1))
    return {key: min(100, each) for key, each in found.items()}


def _competing(rows: Frame, column: Column) -> Numbers:
    """Return what the competitors reached, the worst first."""
    return rows.kept(("competing", column.key), lambda: _sorted(rows, column))


def _sorted(rows: Frame, column: Column) -> Numbers:
    runs = ~rows.where("baseline", lambda row: row.is_baseline)
    values = _goodness(rows, column)[runs]
    return np.sort(values[~np.isnan(values)])


def _goodness(rows: Frame, column: Column) -> Numbers:
    values = columns.values(rows, column)
    return -values if column.is_low_first else values
