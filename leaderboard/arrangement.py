"""The order in which a reader wants the board: sorted, searched, filtered, folded.

Pure functions over rows. Missing values come last whichever way a sort runs, ties keep the
order of names, and a stack stays under its base unless the reader asks for a flat table. What
was arranged once for a board is kept with it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from leaderboard import columns, places, searching
from leaderboard.board import Board
from leaderboard.columns import Column, Value
from leaderboard.rows import BoardRow
from leaderboard.viewing import DEFAULT_SORT, View

Places = dict[str, tuple[int, bool]]  # by slug: the place, and whether it is shared


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


def arrange(board: Board, view: View) -> list[Line]:
    """Return the rows in the order and the shape that the view asks for."""
    return board.kept(("lines", view.selection), lambda: _arranged(board, view))


def sorted_by(board: Board, view: View) -> list[Column]:
    """Return the columns that sort, the deciding one first; unknown ones are passed over."""
    known = columns.by_key(board)
    found = [known[key] for each in view.keys if (key := each.removeprefix("-")) in known]
    return found or [columns.AVERAGE]


def _arranged(board: Board, view: View) -> list[Line]:
    order, placed = board.kept(("order", view.sort), lambda: _ordered(board, view))
    found = found_in(board, view)
    known = {slug for each in found for slug in _with_below(board, each)}
    if view.is_flat:
        return [_flat(row, placed) for row in order if row.slug in found]
    return list(_stacked([row for row in order if row.slug in known], placed, found, view))


def found_in(board: Board, view: View) -> set[str]:
    """Return the slugs of what the reader searches for and filters."""
    if not view.is_narrowed:
        return set(board.by_slug)
    query = searching.understood(view.search)
    texts: dict[str, str] = board.kept(("texts",), lambda: _texts(board))
    return {
        row.slug
        for row in board.rows
        if view.filters.matches(row) and query.matches(row, texts[row.slug])
    }


def _texts(board: Board) -> dict[str, str]:
    return {row.slug: searching.text_of(row) for row in board.rows}


def _ordered(board: Board, view: View) -> tuple[list[BoardRow], Places]:
    """Return all rows in the order asked for, and every competitor's place."""
    order = sorted(board.rows, key=lambda row: (row.name.casefold(), row.slug))
    known = columns.by_key(board)
    keys = [each for each in view.keys if each.removeprefix("-") in known] or [DEFAULT_SORT]
    for key in reversed(keys):
        column = known[key.removeprefix("-")]
        order = _ranked(order, column.value, is_descending=key.startswith("-"))
    deciding = known[keys[0].removeprefix("-")]
    if deciding.group not in ("name", "text"):
        order.sort(key=lambda row: row.is_reported)  # never above what was measured
    return order, {} if deciding.group in ("name", "text") else _places(board, deciding)


def _ranked(
    rows: Iterable[BoardRow], value: Callable[[BoardRow], Value], *, is_descending: bool
) -> list[BoardRow]:
    """Return the rows by value, those without one last; equals stay as they came."""
    known: list[BoardRow] = []
    missing: list[BoardRow] = []
    for row in rows:
        (missing if _is_missing(value(row)) else known).append(row)
    known.sort(key=value, reverse=is_descending)  # type: ignore[arg-type]
    return known + missing


def _places(board: Board, column: Column) -> Places:
    """Number the competitors that have a value, best first whichever way the table runs."""
    if column.group == "rating":
        return _published_places(board)
    best = _ranked(board.rows, column.value, is_descending=not column.is_low_first)
    return places.shared(
        (row.slug, float(value), column.stderr(row) if column.stderr else None)
        for row in best
        if row.is_placed and not _is_missing(value := column.value(row)) and value is not None
    )


def _published_places(board: Board) -> Places:
    """Return the places that the ratings were published with: 1 + how many are surely stronger."""
    published = {row.slug: row.rating.rank for row in board.rows if row.is_placed and row.rating}
    shared = Counter(published.values())
    return {slug: (rank, shared[rank] > 1) for slug, rank in published.items()}


def _is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _with_below(board: Board, slug: str) -> Iterator[str]:
    """Yield a contender and every layer below it."""
    while slug:
        yield slug
        slug = board.by_slug[slug].parent


def _flat(row: BoardRow, placed: Places) -> Line:
    place, is_shared = placed.get(row.slug, (None, False))
    return Line(row, place, is_shared)


def _stacked(
    order: list[BoardRow], placed: Places, found: Iterable[str], view: View
) -> Iterator[Line]:
    """Yield each family where its best member stands, every layer under its parent."""
    children: dict[str, list[BoardRow]] = defaultdict(list)
    roots: dict[str, None] = {}
    by_slug = {row.slug: row for row in order}
    for row in order:
        roots.setdefault(row.base)
        if row.parent:
            children[row.parent].append(row)
    tree = _Tree(children, placed, found, view.folded)
    for slug in roots:
        yield from tree.lines(by_slug[slug], trunk=())


@dataclass(frozen=True, slots=True)
class _Tree:
    """What the drawing of a family needs to know."""

    children: dict[str, list[BoardRow]]
    placed: Places
    found: Iterable[str]
    folded: frozenset[str]

    def lines(self, row: BoardRow, trunk: tuple[str, ...]) -> Iterator[Line]:
        """Yield a row and, unless it is folded, all that hangs from it, with the trunk before."""
        place, is_shared = self.placed.get(row.slug, (None, False))
        is_folded = row.slug in self.folded
        yield Line(
            row=row,
            place=place,
            is_shared=is_shared,
            depth=row.depth,
            layers=self.count(row.slug),
            is_folded=is_folded,
            branches=trunk,
            is_context=row.slug not in self.found,
        )
        below = () if is_folded else self.children.get(row.slug, ())
        passed = tuple({"tee": "through", "elbow": "gap"}.get(each, each) for each in trunk)
        for number, child in enumerate(below, start=1):
            own = "elbow" if number == len(below) else "tee"
            yield from self.lines(child, (*passed, own))

    def count(self, slug: str) -> int:
        """Return how many layers hang from a row."""
        return sum(1 + self.count(child.slug) for child in self.children.get(slug, ()))
