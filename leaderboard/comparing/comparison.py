"""Two to four contenders side by side: scores with paired tests, flips, battles.

The first one is the reference. An adapter that comes alone is set against its parent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evals import averages, samples
from evals.models import Benchmark, Contender, Score, Suite
from leaderboard.battling import meetings
from leaderboard.battling.meetings import Meeting
from leaderboard.boards import snapshots
from leaderboard.boards.board import Board
from leaderboard.boards.rows import CONFIDENCE, BoardRow, Cell
from leaderboard.comparing import flips, paired_tests, questions
from leaderboard.comparing.comparison_view import View
from leaderboard.comparing.flips import Flips
from leaderboard.comparing.paired_tests import Tested

SUGGESTED_MAX = 8


class NoSuchContender(Exception):
    """Someone is asked for who is not on the board."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of those compared."""

    contender: Contender
    row: BoardRow
    mark: int  # 1 to 4: its sign in the drawings
    without: str  # address of the page without it


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a score stands in the drawing, of 0 (guessing) to 100 (perfect)."""

    mark: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One contender's score, and how it differs from the reference's."""

    mark: int
    cell: Cell
    tested: Tested | None


@dataclass(frozen=True, slots=True)
class Line:
    """One benchmark."""

    benchmark: Benchmark
    entries: list[Entry]
    dots: list[Dot]
    address: str  # of the same page with this benchmark's questions
    is_open: bool


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything the page shows."""

    suite: Suite | None
    view: View
    sides: list[Side]
    lines: list[Line]
    meetings: list[Meeting]
    flips: Flips | None
    benchmark: Benchmark | None  # whose questions are open
    suggestions: list[tuple[BoardRow, str]]  # with the address that adds it

    @property
    def is_comparable(self) -> bool:
        """Say whether there are at least two."""
        return len(self.sides) > 1

    @property
    def ways(self) -> list[tuple[str, int, str, bool]]:
        """Return the ways to look at questions: name, count, address, whether it is chosen."""
        counts = self.flips.counts if self.flips else {}
        return [
            (
                _(flips.WAYS[way]),
                counts[way],
                self.view.address(way=way, page=1),
                way == self.view.way,
            )
            for way in flips.WAYS
            if way in counts
        ]

    @property
    def earlier(self) -> str:
        """Return the address of the page of questions before this, or an empty string."""
        page = self.flips.page if self.flips else 1
        return self.view.address(page=page - 1) if page > 1 else ""

    @property
    def later(self) -> str:
        """Return the address of the next page of questions, or an empty string."""
        if self.flips is None or self.flips.page >= self.flips.pages(self.view.way):
            return ""
        return self.view.address(page=self.flips.page + 1)


def read(view: View) -> ComparePage:
    """Read the comparison that an address asks for; raises NoSuchContender."""
    table = snapshots.current(view.suite).board
    view = view.with_slugs(_chosen(view.slugs, table))
    found = {each.slug: each for each in Contender.objects.listed().filter(slug__in=view.slugs)}
    sides = [
        Side(found[slug], table.by_slug[slug], at, view.address(slugs=_without(view.slugs, slug)))
        for at, slug in enumerate(view.slugs, start=1)
    ]
    contenders = [each.contender for each in sides]
    scores = questions.speaking(contenders, table.suite)
    held = [scores.get(each.pk, {}) for each in contenders]
    benchmark = _opened(view, table, held)
    view = view.opened(benchmark.key if benchmark else "")
    return ComparePage(
        suite=table.suite,
        view=view,
        sides=sides,
        lines=[_line(each, sides, held, view) for each in table.benchmarks],
        meetings=meetings.between(contenders),
        flips=_flips(benchmark, held, view),
        benchmark=benchmark,
        suggestions=_suggestions(sides, table, view),
    )


def _chosen(slugs: Sequence[str], table: Board) -> tuple[str, ...]:
    for slug in slugs:
        if slug not in table.by_slug:
            raise NoSuchContender(_("One of those is not on this board."))
    if len(slugs) == 1 and (parent := table.by_slug[slugs[0]].parent):
        return (parent, slugs[0])
    return tuple(slugs)


def _without(slugs: Sequence[str], slug: str) -> tuple[str, ...]:
    return tuple(each for each in slugs if each != slug)


def _line(
    benchmark: Benchmark, sides: Sequence[Side], held: Sequence[dict[str, Score]], view: View
) -> Line:
    scores = [each.get(benchmark.key) for each in held]
    cells = [side.row.scores[benchmark.key] for side in sides]
    tests = [None, *(paired_tests.between(scores[0], each) for each in scores[1:])]
    dots = [_dot(side.mark, cell, benchmark) for side, cell in zip(sides, cells, strict=True)]
    return Line(
        benchmark=benchmark,
        entries=[
            Entry(side.mark, cell, tested)
            for side, cell, tested in zip(sides, cells, tests, strict=False)
        ],
        dots=[dot for dot in dots if dot],
        address=view.address(benchmark=benchmark.key, page=1),
        is_open=benchmark.key == view.benchmark,
    )


def _dot(mark: int, cell: Cell, benchmark: Benchmark) -> Dot | None:
    if cell.value is None:
        return None
    spread = CONFIDENCE * (cell.stderr or 0.0)
    low, high = sorted(
        _place(each, benchmark) for each in (cell.value - spread, cell.value + spread)
    )
    return Dot(mark, _place(cell.value, benchmark), low, high)


def _place(value: float, benchmark: Benchmark) -> float:
    share = averages.normalise(value, benchmark.chance_level, benchmark.best_level)
    return round(max(0.0, min(100.0, 100 * share)), 1)


def _opened(view: View, table: Board, held: Sequence[dict[str, Score]]) -> Benchmark | None:
    """Return the benchmark whose questions to show: the one asked for, or the first shared."""
    shared = [each for each in table.benchmarks if all(each.key in one for one in held)]
    if len(held) < 2 or not shared:
        return None
    return next((each for each in shared if each.key == view.benchmark), shared[0])


def _flips(
    benchmark: Benchmark | None, held: Sequence[dict[str, Score]], view: View
) -> Flips | None:
    if benchmark is None:
        return None
    try:
        return flips.read([each[benchmark.key] for each in held], way=view.way, page=view.page)
    except samples.SamplesMissing:
        return None


def _suggestions(sides: Sequence[Side], table: Board, view: View) -> list[tuple[BoardRow, str]]:
    """Return who it makes sense to add: kin of those chosen, the leader, the baseline."""
    if view.is_full:
        return []
    families = {each.row.base for each in sides}
    kin = [row for row in table.rows if row.base in families]
    found = [*kin, table.leader, table.baseline, *(() if sides else table.ranked)]
    unique = {row.slug: row for row in found if row is not None and row.slug not in view.slugs}
    return [
        (row, view.address(slugs=(*view.slugs, row.slug)))
        for row in list(unique.values())[:SUGGESTED_MAX]
    ]
