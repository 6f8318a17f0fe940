"""The table that visitors read: every listed contender with all that is known about it.

A fixed number of queries, however many contenders there are. Nothing here sorts, filters or
formats: `leaderboard.boards.arrangement` puts the rows into an order, the templates show them.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from django.conf import settings

from arena import ratings as arena_ratings
from arena.models import Battle, Rating, Vote
from evals.models import Benchmark, Contender, Suite
from leaderboard.boards import row_building
from leaderboard.boards.evidence import Evidence
from leaderboard.boards.frame import Frame
from leaderboard.boards.row_building import average_of
from leaderboard.boards.rows import BoardRow, Cell, Gain, difference
from leaderboard.web.memory import Memory

Made = TypeVar("Made")


@dataclass(frozen=True)
class Board:
    """Every row, parents before their children, and what the page says above them."""

    suite: Suite | None
    benchmarks: tuple[Benchmark, ...]
    rows: tuple[BoardRow, ...]
    battles: int = 0
    votes: int = 0
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    def kept(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of this board before, or make it now and keep it for a while."""
        return self.memory.get(key, make)

    @cached_property
    def frame(self) -> Frame:
        """Return the rows as columns, to be searched, filtered and sorted all at once."""
        return Frame(self.rows)

    @cached_property
    def by_slug(self) -> dict[str, BoardRow]:
        """Return the rows by the name in their address."""
        return {row.slug: row for row in self.rows}

    @cached_property
    def ranked(self) -> list[BoardRow]:
        """Return the competitors with a complete average, best first."""
        return sorted(
            (row for row in self.rows if row.is_placed),
            key=lambda row: (-(row.average.value or 0.0), row.slug),
        )

    @cached_property
    def leader(self) -> BoardRow | None:
        """Return the competitor with the best average."""
        return self.ranked[0] if self.ranked else None

    @cached_property
    def pound_for_pound(self) -> BoardRow | None:
        """Return the competitor with the most points for every million parameters."""
        weighed = [row for row in self.ranked if (row.per_million_parameters or 0) > 0]
        return max(weighed, key=lambda row: row.per_million_parameters or 0, default=None)

    @cached_property
    def baseline(self) -> BoardRow | None:
        """Return the best baseline: the mark to beat."""
        measured = [row for row in self.rows if row.is_baseline and row.average.value is not None]
        return max(measured, key=lambda row: row.average.value or 0, default=None)

    @cached_property
    def rating_span(self) -> tuple[float, float]:
        """Return the span that holds every rating's interval; nothing wide where there is none."""
        ratings = [row.rating for row in self.rows if row.rating]
        if not ratings:
            return (0.0, 0.0)
        return (min(each.lower for each in ratings), max(each.upper for each in ratings))

    @cached_property
    def level(self) -> float | None:
        """Return the best baseline's average where it is comparable: over the whole suite."""
        mark = self.baseline
        return None if mark is None or mark.average.is_partial else mark.average.value

    @cached_property
    def gap(self) -> Gain | None:
        """Return how far the leader is from the best baseline."""
        return self.gap_of(self.leader) if self.leader else None

    def gap_of(self, row: BoardRow) -> Gain | None:
        """Return how far a contender is from the best baseline, on what both were asked."""
        if (mark := self.baseline) is None:
            return None
        shared = [
            each
            for each in self.benchmarks
            if _both_measured(mark.scores[each.key], row.scores[each.key])
        ]
        ours, theirs = average_of(row.scores, shared), average_of(mark.scores, shared)
        return difference(ours.value, ours.stderr, theirs)


def read(*, suite: Suite | None) -> Board:
    """Read the whole board of one suite."""
    benchmarks = tuple(suite.benchmarks.order_by("position", "pk")) if suite else ()
    evidence = Evidence.of(suite)
    ratings = _ratings()
    rows: dict[int, BoardRow] = {}
    for contender in Contender.objects.listed().order_by("depth", "pk"):
        rows[contender.pk] = row_building.row(
            contender,
            below=rows.get(contender.parent_id or 0),
            root=rows.get(contender.base_id or 0),
            original=rows.get(contender.variant_of_id or 0),
            benchmarks=benchmarks,
            evidence=evidence,
            rating=ratings.get(contender.pk),
        )
    return Board(
        suite=suite,
        benchmarks=benchmarks,
        rows=tuple(rows.values()),
        battles=Battle.objects.blind().count(),
        votes=Vote.objects.counted().count(),
    )


def suite_named(key: str) -> Suite | None:
    """Return the current suite of that name; the default one where the name is unknown."""
    current = {suite.key: suite for suite in Suite.objects.current().order_by("key")}
    default = current.get(settings.DEFAULT_SUITE) or next(iter(current.values()), None)
    return current.get(key, default)


def _ratings() -> dict[int, Rating]:
    """Return the published ratings by contender."""
    snapshot = arena_ratings.current()
    if snapshot is None:
        return {}
    return {each.contender_id: each for each in Rating.objects.filter(snapshot=snapshot)}


def _both_measured(one: Cell, other: Cell) -> bool:
    return one.value is not None and other.value is not None
