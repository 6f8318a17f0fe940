"""A board as columns: one array a property, so that thousands of rows are found and sorted at once.

A place in an array is the row's place in `Board.rows`, where parents come before their children.
A number that is missing is NaN. Nothing here knows what a column means or how it is shown.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from leaderboard.boards.rows import BoardRow

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Made = TypeVar("Made")
NOBODY = -1


class Frame:
    """The columns of one board, each made when it is first asked for."""

    def __init__(self, rows: Sequence[BoardRow]) -> None:
        self.rows = rows
        self.at = {row.slug: at for at, row in enumerate(rows)}
        self._kept: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def numbers(self, key: str, read: Callable[[BoardRow], Any]) -> Numbers:
        """Return a number of every row; NaN where it is missing or not finite."""
        return self.kept(("numbers", key), lambda: np.array([_number(read(r)) for r in self.rows]))

    def ranks(self, key: str, read: Callable[[BoardRow], Any]) -> Numbers:
        """Return where each row's word stands in the alphabet; NaN where it has none."""
        return self.kept(("ranks", key), lambda: _ranks([read(row) for row in self.rows]))

    def words(self, key: str, read: Callable[[BoardRow], str]) -> list[str]:
        """Return a text of every row."""
        return self.kept(("words", key), lambda: [read(row) for row in self.rows])

    def where(self, key: str, read: Callable[[BoardRow], bool]) -> Mask:
        """Return which rows something is true of."""
        return self.kept(("where", key), lambda: mask(read(row) for row in self.rows))

    def equal(self, key: str, read: Callable[[BoardRow], str], value: str) -> Mask:
        """Return which rows have a word."""
        codes: dict[str, Whole] = self.kept(("codes", key), lambda: _codes(self.words(key, read)))
        found = np.zeros(len(self), dtype=np.bool_)
        if value in codes:
            found[codes[value]] = True
        return found

    def named(self, slugs: Iterable[str]) -> Mask:
        """Return which rows are among these."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[[self.at[slug] for slug in slugs if slug in self.at]] = True
        return found

    def those(self, wanted: Mask) -> list[BoardRow]:
        """Return the rows of a mask."""
        return [self.rows[at] for at in np.flatnonzero(wanted)]

    @cached_property
    def everybody(self) -> Mask:
        """Return a mask of all rows."""
        return np.ones(len(self), dtype=np.bool_)

    @cached_property
    def alphabet(self) -> Whole:
        """Return the place of every row in the order of names."""
        order = sorted(range(len(self)), key=lambda at: _spelled(self.rows[at]))
        places = np.empty(len(self), dtype=np.int64)
        places[order] = np.arange(len(self))
        return places

    @cached_property
    def parents(self) -> Whole:
        """Return who is below each row; NOBODY below a model."""
        return whole(self.at.get(row.parent, NOBODY) for row in self.rows)

    @cached_property
    def roots(self) -> Whole:
        """Return the model at the bottom of each row."""
        return whole(self.at[row.base] for row in self.rows)

    @cached_property
    def levels(self) -> list[Whole]:
        """Return the rows of each depth, the models first."""
        depths = whole(row.depth for row in self.rows)
        return [np.flatnonzero(depths == depth) for depth in range(int(depths.max(initial=0)) + 1)]

    @cached_property
    def ancestors(self) -> list[Whole]:
        """Return for each depth who stands there in every row's stack, itself included."""
        found = [np.full(len(self), NOBODY, dtype=np.int64) for _ in self.levels]
        for depth, level in enumerate(self.levels):
            for below in range(depth):
                found[below][level] = found[below][self.parents[level]]
            found[depth][level] = level
        return found

    def kept(self, key: Hashable, make: Callable[[], Made]) -> Made:
        if key not in self._kept:
            self._kept[key] = make()
        made: Made = self._kept[key]
        return made


def whole(values: Any) -> Whole:
    """Return whole numbers as an array."""
    return np.fromiter(values, dtype=np.int64)


def mask(values: Any) -> Mask:
    """Return truths as an array."""
    return np.fromiter(values, dtype=np.bool_)


def _number(value: Any) -> float:
    number = math.nan if value is None else float(value)
    return number if math.isfinite(number) else math.nan


def _ranks(values: list[str | None]) -> Numbers:
    places = {
        value: float(at) for at, value in enumerate(sorted({v for v in values if v is not None}))
    }
    return np.array([math.nan if value is None else places[value] for value in values])


def _codes(values: list[str]) -> dict[str, Whole]:
    found: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        found.setdefault(value, []).append(at)
    return {value: np.array(rows, dtype=np.int64) for value, rows in found.items()}


def _spelled(row: BoardRow) -> tuple[str, str]:
    return row.name.casefold(), row.slug
