"""The order in which a reader wants the board: sorted, searched, folded; all of it in the address.

Pure functions over rows. Missing values come last whichever way the sort runs, ties keep the
order of names, and a stack stays under its base unless the reader asks for a flat table.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard.board import Board
from leaderboard.rows import BoardRow

Value = float | str | None
DEFAULT_SORT = "-average"


@dataclass(frozen=True, slots=True)
class View:
    """What the reader asked for; every field is one parameter of the address."""

    suite: str = ""
    sort: str = DEFAULT_SORT
    search: str = ""
    is_flat: bool = False
    folded: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Return the column that sorts."""
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Say whether the largest value comes first."""
        return self.sort.startswith("-")

    def address(self) -> str:
        """Return the query string that brings this view back, without what is default."""
        pairs = {
            "suite": self.suite,
            "sort": "" if self.sort == DEFAULT_SORT else self.sort,
            "q": self.search,
            "layout": "flat" if self.is_flat else "",
            "fold": ",".join(sorted(self.folded)),
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


@dataclass(frozen=True, slots=True)
class Column:
    """One heading: what it sorts by and where a click on it leads."""

    key: str
    label: str
    hint: str
    is_best_first_descending: bool = True
    group: str = "figure"  # name, average, score, rating or figure: how its cells are drawn
    direction: str = ""  # "ascending" or "descending" where this column sorts
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row in its place."""

    row: BoardRow
    place: int | None  # 1 for the best competitor in the sorted column; baselines have none
    depth: int
    layers: int = 0  # adapters anywhere under it
    is_folded: bool = False
    fold_address: str = ""
    branches: tuple[str, ...] = ()  # per level of the tree: through, gap, tee or elbow


def asked(query: QueryDict) -> View:
    """Read a view out of an address."""
    return View(
        suite=query.get("suite", "")[:60],
        sort=query.get("sort", DEFAULT_SORT)[:80],
        search=query.get("q", "").strip()[:100],
        is_flat=query.get("layout") == "flat",
        folded=frozenset(filter(None, query.get("fold", "")[:2000].split(","))),
    )


def layouts(view: View) -> list[tuple[str, str, bool]]:
    """Return each shape of the table: its name, its address, and whether it is this one."""
    return [
        ("Stacks", replace(view, is_flat=False).address(), not view.is_flat),
        ("Flat", replace(view, is_flat=True).address(), view.is_flat),
    ]


def columns(board: Board, view: View) -> list[Column]:
    """Return every heading, with the address that sorts by it."""
    plain = [
        Column("name", "Contender", "by name", False, "name"),
        Column("average", "Average", "guessing is 0, perfect is 100", group="average"),
        *(
            Column(
                f"score.{each.key}", each.title, each.description, each.is_higher_better, "score"
            )
            for each in board.benchmarks
        ),
        Column("rating", "Rating", "strength in blind votes", group="rating"),
        Column("elo", "Elo", "online Elo, in the order of the votes"),
        Column("votes", "Votes", "counted votes"),
        Column("parameters", "Params", "weights served: base and layers", False),
        Column("speed", "Tok/s", "measured: tokens a second, one request at a time"),
        Column("cost", "$/M tok", "measured: dollars for a million tokens", False),
    ]
    return [_with_address(each, view) for each in plain]


def arrange(board: Board, view: View) -> list[Line]:
    """Return the rows in the order and the shape that the view asks for."""
    value = _value_of(view.key)
    order = _ranked(board.rows, value, is_descending=view.is_descending)
    places = {} if view.key == "name" else _places(order, value)
    found = _found(board, view.search)
    if view.is_flat:
        return [Line(row, places.get(row.slug), 0) for row in order if row.slug in found]
    return list(_stacked(order, places, found, view))


def _with_address(column: Column, view: View) -> Column:
    if column.key == view.key:
        turned = column.key if view.is_descending else f"-{column.key}"
        direction = "descending" if view.is_descending else "ascending"
        return replace(column, direction=direction, address=replace(view, sort=turned).address())
    first = f"-{column.key}" if column.is_best_first_descending else column.key
    return replace(column, address=replace(view, sort=first).address())


def _value_of(key: str) -> Callable[[BoardRow], Value]:
    """Return how to read the sorted value from a row; an unknown column sorts by average."""
    if key.startswith("score."):
        name = key.removeprefix("score.")
        return lambda row: row.scores[name].value if name in row.scores else None
    return _VALUES.get(key, _VALUES["average"])


_VALUES: dict[str, Callable[[BoardRow], Value]] = {
    "name": lambda row: row.name.casefold(),
    "average": lambda row: row.average.value,
    "rating": lambda row: row.rating.value if row.rating else None,
    "elo": lambda row: row.rating.elo if row.rating else None,
    "votes": lambda row: row.rating.votes if row.rating else None,
    "parameters": lambda row: row.parameters,
    "speed": lambda row: row.cost.tokens_per_second,
    "cost": lambda row: row.cost.usd_per_million_tokens,
}


def _ranked(
    rows: Iterable[BoardRow], value: Callable[[BoardRow], Value], *, is_descending: bool
) -> list[BoardRow]:
    """Return the rows by value, those without one last."""
    by_name = sorted(rows, key=lambda row: (row.name.casefold(), row.slug))
    known = [row for row in by_name if value(row) is not None]
    missing = [row for row in by_name if value(row) is None]
    return sorted(known, key=value, reverse=is_descending) + missing  # type: ignore[arg-type]


def _places(order: list[BoardRow], value: Callable[[BoardRow], Value]) -> dict[str, int]:
    """Number the competitors that have a value, as they stand."""
    placed = [row for row in order if row.is_placed and value(row) is not None]
    return {row.slug: place for place, row in enumerate(placed, start=1)}


def _found(board: Board, search: str) -> set[str]:
    """Return the slugs of rows that contain every word, with the layers below them."""
    words = search.casefold().split()
    found: set[str] = set()
    for row in board.rows:
        text = " ".join((*row.stack, row.slug, row.licence, row.kind)).casefold()
        if all(word in text for word in words):
            found |= {row.slug, *_below(board, row)}
    return found


def _below(board: Board, row: BoardRow) -> Iterator[str]:
    while row.parent:
        row = board.by_slug[row.parent]
        yield row.slug


def _stacked(
    order: list[BoardRow], places: dict[str, int], found: set[str], view: View
) -> Iterator[Line]:
    """Yield each family where its best member stands, every layer under its parent."""
    children: dict[str, list[BoardRow]] = defaultdict(list)
    roots: dict[str, BoardRow] = {}
    by_slug = {row.slug: row for row in order}
    for row in order:
        if row.slug in found:
            roots.setdefault(row.base, by_slug[row.base])
            if row.parent:
                children[row.parent].append(row)
    for root in roots.values():
        yield from _family(root, children, places, view, trunk=())


def _family(
    row: BoardRow,
    children: dict[str, list[BoardRow]],
    places: dict[str, int],
    view: View,
    trunk: tuple[str, ...],
) -> Iterator[Line]:
    """Yield a row and, unless it is folded, all that hangs from it; `trunk` is drawn before it."""
    is_folded = row.slug in view.folded
    yield Line(
        row=row,
        place=places.get(row.slug),
        depth=row.depth,
        layers=_count(row.slug, children),
        is_folded=is_folded,
        fold_address=replace(view, folded=view.folded ^ {row.slug}).address(),
        branches=trunk,
    )
    below = () if is_folded else children.get(row.slug, ())
    passed = tuple({"tee": "through", "elbow": "gap"}.get(each, each) for each in trunk)
    for number, child in enumerate(below, start=1):
        own = "elbow" if number == len(below) else "tee"
        yield from _family(child, children, places, view, (*passed, own))


def _count(slug: str, children: dict[str, list[BoardRow]]) -> int:
    return sum(1 + _count(child.slug, children) for child in children.get(slug, ()))
