"""The order in which a reader wants the board: sorted, searched, filtered, folded.

Everything is found in the board's columns; a line is made when it is shown. Missing values come
last whichever way a sort runs, ties keep the order of names, and a stack stays under its base
unless the reader asks for a flat table. What was arranged once for a board is kept with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from leaderboard.boards import columns, folding, placing, searching
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.folding import Tree
from leaderboard.boards.frame import Frame, Mask, Numbers, Whole
from leaderboard.boards.placing import Placing
from leaderboard.boards.rows import BoardRow
from leaderboard.boards.viewing import View

Key = tuple[Column, bool]  # what sorts, and whether the largest comes first


@dataclass(frozen=True, slots=True)
class Line:
    """One row in its place."""

    row: BoardRow
    place: int | None  # 1 for the best competitor in the sorted column; baselines have none
    is_shared: bool = False  # others are not separated from it
    depth: int = 0
    layers: int = 0  # adapters anywhere under it
    is_folded: bool = False
    branches: tuple[str, ...] = ()  # per level of the tree: through, gap, tee or elbow
    is_context: bool = False  # only here because a layer on it was found


@dataclass(frozen=True, slots=True)
class Lines(Sequence[Line]):
    """The lines of a view; each is made when it is asked for."""

    frame: Frame
    order: Whole
    placing: Placing
    found: Mask
    folded: Mask
    tree: Tree | None = None  # None: a flat table

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...

    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [self._line(int(at)) for at in self.order[index]]
        return self._line(int(self.order[index]))

    def __iter__(self) -> Iterator[Line]:
        return (self._line(int(at)) for at in self.order)

    @property
    def found_count(self) -> int:
        """Return how many rows are what the reader asked for, those that are folded away too."""
        return int(self.found[self.order].sum())

    def of(self, row: BoardRow) -> Line:
        """Return a row with its place, apart from any tree."""
        place, is_shared = self.placing.of(self.frame.at[row.slug])
        return Line(row, place, is_shared)

    def _line(self, at: int) -> Line:
        row = self.frame.rows[at]
        place, is_shared = self.placing.of(at)
        if self.tree is None:
            return Line(row, place, is_shared)
        return Line(
            row=row,
            place=place,
            is_shared=is_shared,
            depth=row.depth,
            layers=int(self.tree.layers[at]),
            is_folded=bool(self.folded[at]),
            branches=self.tree.branches(at),
            is_context=not self.found[at],
        )


def arrange(board: Board, view: View) -> Lines:
    """Return the rows in the order and the shape that the view asks for."""
    return board.kept(("lines", view.selection), lambda: _arranged(board, view))


def sorted_by(board: Board, view: View) -> list[Column]:
    """Return the columns that sort, the deciding one first; unknown ones are passed over."""
    return [column for column, _is_descending in _keys(board, view)]


def found_in(board: Board, view: View) -> Mask:
    """Return which rows are what the reader searches for and filters."""
    if not view.is_narrowed:
        return board.frame.everybody
    query = searching.understood(view.search)
    return view.filters.found(board.frame) & query.found(board.frame)


def prepare(board: Board) -> None:
    """Make what sorting and searching need of a large board, before its first reader waits."""
    for column in columns.of(board):
        placing.by(board, column)
    found_in(board, View(search="anybody"))
    folding.tree(board.frame, board.frame.alphabet, board.frame.everybody, board.frame.named(()))


def _arranged(board: Board, view: View) -> Lines:
    keys = _keys(board, view)
    order: Whole = board.kept(("order", view.sort), lambda: _ordered(board.frame, keys))
    placed = placing.by(board, keys[0][0])
    found = found_in(board, view)
    folded = board.frame.named(view.folded)
    if view.is_flat:
        return Lines(board.frame, order[found[order]], placed, found, folded)
    tree = folding.tree(board.frame, order, found, folded)
    return Lines(board.frame, tree.order, placed, found, folded, tree)


def _keys(board: Board, view: View) -> list[Key]:
    known = columns.by_key(board)
    found = [
        (known[key], each.startswith("-"))
        for each in view.keys
        if (key := each.removeprefix("-")) in known
    ]
    return found or [(columns.AVERAGE, True)]


def _ordered(rows: Frame, keys: Sequence[Key]) -> Whole:
    """Return the rows in the order asked for."""
    sorts: list[Numbers | Whole | Mask] = [rows.alphabet]
    for column, is_descending in reversed(keys):
        values = columns.values(rows, column)
        sorts += [-values if is_descending else values, np.isnan(values)]
    if not keys[0][0].is_text:
        sorts.append(rows.where("reported", lambda row: row.is_reported))  # never above measured
    order: Whole = np.lexsort(sorts)
    return order
