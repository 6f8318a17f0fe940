"""What a reader asked the board to show; every field is one parameter of the address.

`View.address()` brings the same view back, so a link, a bookmark and a copied address all do.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard.boards import filters
from leaderboard.boards.filters import Filters

DEFAULT_SORT = "-average"
SORTS_MAX = 4
PINS_MAX = 6
PAGE_ROWS = 50
PAGES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the board; hashable, so what was made for it can be kept."""

    suite: str = ""
    sort: str = DEFAULT_SORT  # keys, the first decides; "-" puts the largest first
    search: str = ""
    is_flat: bool = False
    folded: frozenset[str] = frozenset()
    filters: Filters = field(default_factory=Filters)
    columns: tuple[str, ...] = ()  # (): the usual ones
    pinned: tuple[str, ...] = ()
    is_normalised: bool = False
    page: int = 1

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the sort keys with their signs, the deciding one first."""
        return tuple(filter(None, self.sort.split(","))) or (DEFAULT_SORT,)

    @property
    def is_narrowed(self) -> bool:
        """Say whether something is searched for or filtered."""
        return bool(self.search or self.filters.pairs())

    @property
    def selection(self) -> "View":
        """Return this view without what changes no order and no choice of rows."""
        return View(self.suite, self.sort, self.search, self.is_flat, self.folded, self.filters)

    def pairs(self) -> dict[str, str]:
        """Return the parameters that bring this view back, without what is default."""
        every = {
            "suite": self.suite,
            "sort": "" if self.sort == DEFAULT_SORT else self.sort,
            "q": self.search,
            "layout": "flat" if self.is_flat else "",
            **self.filters.pairs(),
            "cols": ",".join(self.columns),
            "scores": "normalised" if self.is_normalised else "",
            "pin": ",".join(self.pinned),
            "fold": ",".join(sorted(self.folded)),
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in every.items() if value}

    def address(self) -> str:
        """Return the query string that brings this view back."""
        return "?" + urlencode(self.pairs(), safe=",:@")

    def but(self, **changes: object) -> "View":
        """Return this view with some of it changed, from its first page."""
        return replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]


def asked(query: QueryDict) -> View:
    """Read a view out of an address."""
    return View(
        suite=query.get("suite", "")[:60],
        sort=_sort(query.get("sort", "")),
        search=query.get("q", "").replace("\x00", "").strip()[:100],
        is_flat=query.get("layout") == "flat",
        folded=frozenset(_several(query, "fold", 500)),
        filters=filters.asked(query),
        columns=_several(query, "cols", 100),
        pinned=_several(query, "pin", PINS_MAX),
        is_normalised=query.get("scores") == "normalised",
        page=_page(query.get("page", "")),
    )


def _sort(text: str) -> str:
    keys: dict[str, str] = {}
    for key in text[:400].split(","):
        if name := key.strip().removeprefix("-"):
            keys.setdefault(name, key.strip())
    return ",".join(list(keys.values())[:SORTS_MAX]) or DEFAULT_SORT


def _several(query: QueryDict, name: str, most: int) -> tuple[str, ...]:
    """Return values that stand in one parameter with commas, or in several parameters."""
    joined = ",".join(query.getlist(name))[:20_000]
    return tuple(dict.fromkeys(filter(None, joined.split(","))))[:most]


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdigit()
    return max(1, min(PAGES_MAX, int(text[:9]))) if is_number else 1
