"""Where one contender stands among all: the share of competitors that a score leaves behind."""

from bisect import bisect_left
from collections.abc import Mapping

from leaderboard import columns
from leaderboard.board import Board
from leaderboard.columns import Column
from leaderboard.rows import BoardRow


def percentiles(board: Board, row: BoardRow) -> Mapping[str, int]:
    """Return for every score the per cent of the measured competitors that are worse."""
    sorted_values: dict[str, list[float]] = board.kept(("sorted",), lambda: _sorted(board))
    found: dict[str, int] = {}
    for column in _scored(board):
        values, own = sorted_values[column.key], _goodness(column, row)
        if own is not None and len(values) > 1:
            behind = bisect_left(values, own)
            found[column.key.removeprefix("score.")] = round(100 * behind / (len(values) - 1))
    return {key: min(100, each) for key, each in found.items()}


def _sorted(board: Board) -> dict[str, list[float]]:
    return {
        column.key: sorted(
            value
            for row in board.rows
            if not row.is_baseline and (value := _goodness(column, row)) is not None
        )
        for column in _scored(board)
    }


def _scored(board: Board) -> list[Column]:
    return [each for each in columns.of(board) if each.group == "score"]


def _goodness(column: Column, row: BoardRow) -> float | None:
    value = column.value(row)
    return None if value is None else (-float(value) if column.is_low_first else float(value))
