"""What the board's page shows: one page of lines, its headings, and every choice as an address."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from evals.models import Suite
from leaderboard.boards import arrangement, columns, headings, searching
from leaderboard.boards.arrangement import Line, Lines
from leaderboard.boards.column import Column
from leaderboard.boards.filters import Filters
from leaderboard.boards.headings import Heading
from leaderboard.boards.narrowed import Narrowed
from leaderboard.boards.viewing import PAGE_ROWS, View

ANYBODY = "~"  # stands for a slug in an address; no slug has it, and none comes after it
Link = tuple[str, str, bool]  # what it says, where it leads, whether the reader is there


@dataclass(frozen=True, slots=True)
class Shown:
    """One line with the addresses that change the view at this row."""

    line: Line
    fold_address: str
    pin_address: str
    is_pinned: bool


@dataclass(frozen=True)
class BoardPage(Narrowed):
    """Everything the page shows; made once a view and kept with the board."""

    suites: list[Suite]

    @cached_property
    def lines(self) -> Lines:
        """Return every line of the view, on whatever page."""
        return arrangement.arrange(self.board, self.view)

    @property
    def first(self) -> int:
        """Return how many lines stand before this page."""
        return (self.page - 1) * PAGE_ROWS

    @property
    def page(self) -> int:
        """Return the page that is shown: the last one where the address goes beyond it."""
        return min(self.view.page, self.pages)

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-len(self.lines) // PAGE_ROWS))

    @property
    def last(self) -> int:
        """Return how many lines stand before the end of this page."""
        return min(len(self.lines), self.first + PAGE_ROWS)

    @property
    def before(self) -> str:
        """Return the address of the page before this one."""
        return self.view.but(page=self.page - 1).address() if self.page > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next page."""
        return self.view.but(page=self.page + 1).address() if self.page < self.pages else ""

    @property
    def shown(self) -> list[Shown]:
        """Return the lines of this page."""
        return [self._shown(line) for line in self.lines[self.first : self.last]]

    @cached_property
    def pinned(self) -> list[Shown]:
        """Return the rows that the reader keeps in sight, in the order of pinning."""
        rows = [self.board.by_slug[slug] for slug in self.view.pinned if slug in self.board.by_slug]
        return [self._shown(self.lines.of(row)) for row in rows]

    @property
    def found(self) -> int:
        """Return how many contenders are what the reader asked for."""
        return self.lines.found_count

    @cached_property
    def columns(self) -> list[Column]:
        """Return the columns, the name first; one that sorts is always among them."""
        chosen = columns.shown(self.board, self.view.columns)
        sorting = [each for each in self.sorting if each not in chosen]
        return [*chosen, *sorting]

    @cached_property
    def sorting(self) -> list[Column]:
        """Return the columns that sort, the deciding one first."""
        return arrangement.sorted_by(self.board, self.view)

    @property
    def headings(self) -> list[Heading]:
        """Return the headings of the columns."""
        return headings.of(self.columns, self.view)

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """Return every column and whether it is shown."""
        return [
            (each, each in self.columns) for each in columns.of(self.board) if each.group != "name"
        ]

    @property
    def sort_choices(self) -> list[tuple[str, str]]:
        """Return what can sort from its best down, the present sort first if it is another."""
        plain = [(each.sort, each.label) for each in columns.of(self.board)]
        if self.view.sort in dict(plain):
            return plain
        names = _(", then ").join(each.label for each in self.sorting)
        return [(self.view.sort, _("%(names)s (as chosen)") % {"names": names}), *plain]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return what stands after @ in the search and means nothing."""
        return searching.understood(self.view.search).unknown

    @property
    def layouts(self) -> list[Link]:
        """Return each shape of the table."""
        view = self.view
        return [
            (_("Stacks"), view.but(is_flat=False).address(), not view.is_flat),
            (_("Flat"), view.but(is_flat=True).address(), view.is_flat),
        ]

    @property
    def presets(self) -> list[Link]:
        """Return the questions that readers come with."""
        every = {
            _("Everything"): View(self.view.suite),
            _("Fits in 8 GB"): View(self.view.suite, filters=Filters(fits="8")),
            _("Beats its base"): View(
                self.view.suite, sort="-over_base", is_flat=True, filters=Filters(beats="base")
            ),
            _("Cheapest per point"): View(self.view.suite, sort="cost_per_point", is_flat=True),
            _("Open licences"): View(self.view.suite, filters=Filters(terms="open")),
        }
        return [(name, view.address(), view == self.view) for name, view in every.items()]

    @property
    def clear_address(self) -> str:
        """Return the address of this view without its search and filters."""
        return self.view.but(search="", filters=Filters()).address()

    @property
    def unpin_address(self) -> str:
        """Return the address of this view without pins."""
        return self.view.but(pinned=()).address()

    @property
    def is_live(self) -> bool:
        """Say whether something is being measured now."""
        return self.board.kept(
            ("live",),
            lambda: any(row.progress and row.progress.is_unfinished for row in self.board.rows),
        )

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Return the span that holds every interval of the rating column."""
        return self.board.rating_span

    @property
    def anchor(self) -> float:
        """Return the rating that everybody is counted from."""
        return settings.RATING_ANCHOR

    @property
    def min_votes(self) -> int:
        """Return how many votes end a provisional rating."""
        return settings.RATING_MIN_VOTES

    def _shown(self, line: Line) -> Shown:
        slug, view = line.row.slug, self.view
        return Shown(
            line,
            fold_address=self._fold_address(slug) if line.layers else "",
            pin_address=self._pin_address(slug),
            is_pinned=slug in view.pinned,
        )

    def _fold_address(self, slug: str) -> str:
        if slug not in self.view.folded:
            return self._folding.replace(ANYBODY, slug)
        return self.view.but(folded=self.view.folded - {slug}).address()

    def _pin_address(self, slug: str) -> str:
        if slug not in self.view.pinned:
            return self._pinning.replace(ANYBODY, slug)
        others = tuple(each for each in self.view.pinned if each != slug)
        return self.view.but(pinned=others, page=self.view.page).address()

    @cached_property
    def _folding(self) -> str:
        """Return the address that folds one row more; written once, for it takes a while."""
        return self.view.but(folded=self.view.folded | {ANYBODY}).address()

    @cached_property
    def _pinning(self) -> str:
        """Return the address that pins one row more."""
        pinned = (*self.view.pinned, ANYBODY)
        return self.view.but(pinned=pinned, page=self.view.page).address()
