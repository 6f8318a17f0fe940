"""The table that visitors read: every listed contender with all that is known about it.

A fixed number of queries, however many contenders there are. Nothing here sorts, filters or
formats: `leaderboard.arrangement` puts the rows into an order, the templates show them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from django.conf import settings

from arena import ratings as arena_ratings
from arena.models import Battle, Rating, Vote
from evals import averages
from evals.models import Benchmark, Contender, Suite
from leaderboard.evidence import Evidence
from leaderboard.rows import (
    AverageCell,
    BoardRow,
    Cell,
    Cost,
    Gain,
    RatingCell,
    difference,
)

Amount = TypeVar("Amount", int, Decimal)


@dataclass(slots=True)
class Measured:
    """A value and its error, as `evals.averages` takes them."""

    value: float
    stderr: float | None


@dataclass(frozen=True)
class Board:
    """Every row, parents before their children, and what the page says above them."""

    suite: Suite | None
    benchmarks: tuple[Benchmark, ...]
    rows: tuple[BoardRow, ...]
    battles: int = 0
    votes: int = 0

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

    @property
    def leader(self) -> BoardRow | None:
        """Return the competitor with the best average."""
        return self.ranked[0] if self.ranked else None

    @property
    def pound_for_pound(self) -> BoardRow | None:
        """Return the competitor with the most points for every million parameters."""
        weighed = [row for row in self.ranked if (row.per_million_parameters or 0) > 0]
        return max(weighed, key=lambda row: row.per_million_parameters or 0, default=None)

    @property
    def baseline(self) -> BoardRow | None:
        """Return the best baseline: the mark to beat."""
        measured = [row for row in self.rows if row.is_baseline and row.average.value is not None]
        return max(measured, key=lambda row: row.average.value or 0, default=None)

    @property
    def level(self) -> float | None:
        """Return the best baseline's average where it is comparable: over the whole suite."""
        mark = self.baseline
        return None if mark is None or mark.average.is_partial else mark.average.value

    @property
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
        ours, theirs = _average(row.scores, shared), _average(mark.scores, shared)
        return difference(ours.value, ours.stderr, theirs)


def read(*, suite: Suite | None) -> Board:
    """Read the whole board of one suite."""
    benchmarks = tuple(suite.benchmarks.order_by("position", "pk")) if suite else ()
    evidence = Evidence.of(suite)
    ratings = _ratings()
    rows: dict[int, BoardRow] = {}
    for contender in Contender.objects.listed().order_by("depth", "pk"):
        below = rows.get(contender.parent_id or 0)
        rows[contender.pk] = _row(contender, below, benchmarks, evidence, ratings)
    return Board(
        suite=suite,
        benchmarks=benchmarks,
        rows=tuple(rows.values()),
        battles=Battle.objects.count(),
        votes=Vote.objects.counted().count(),
    )


def suite_named(key: str) -> Suite | None:
    """Return the current suite of that name; the default one where the name is unknown."""
    current = {suite.key: suite for suite in Suite.objects.current().order_by("key")}
    default = current.get(settings.DEFAULT_SUITE) or next(iter(current.values()), None)
    return current.get(key, default)


def _row(
    contender: Contender,
    below: BoardRow | None,
    benchmarks: Iterable[Benchmark],
    evidence: Evidence,
    ratings: dict[int, Rating],
) -> BoardRow:
    """Return one row; `below` is the finished row of its parent."""
    cells = evidence.cells(contender, benchmarks)
    scores = {
        each.key: _compared(cells[each.key], below.scores[each.key] if below else None, each)
        for each in benchmarks
    }
    return BoardRow(
        slug=contender.slug,
        name=contender.name,
        kind=contender.kind,
        parent=below.slug if below else "",
        base=below.base if below else contender.slug,
        depth=below.depth + 1 if below else 0,
        stack=(*(below.stack if below else ()), contender.name),
        parameters=_sum(contender.parameters, below.parameters if below else 0),
        own_parameters=contender.parameters,
        rank=contender.rank,
        licence=contender.licence,
        average=_average_over_parent(scores, benchmarks, below),
        scores=scores,
        rating=_rating(ratings.get(contender.pk), below),
        cost=_cost(contender, below, evidence),
        progress=evidence.progress(contender),
    )


def _compared(cell: Cell, of_parent: Cell | None, benchmark: Benchmark) -> Cell:
    """Return the cell with its gain over the parent's."""
    gain = difference(
        cell.value, cell.stderr, of_parent, is_higher_better=benchmark.is_higher_better
    )
    return replace(cell, gain=gain)


def _average(scores: dict[str, Cell], benchmarks: Iterable[Benchmark]) -> AverageCell:
    """Return the mean of the measured ones, over chance level."""
    pairs = [(_measured(scores[each.key]), each) for each in benchmarks]
    mean = averages.average(pairs)
    if mean is None:
        return AverageCell(of=len(pairs))
    return AverageCell(value=mean.value, stderr=mean.stderr, measured=mean.measured, of=mean.of)


def _measured(cell: Cell) -> Measured | None:
    return None if cell.value is None else Measured(cell.value, cell.stderr)


def _average_over_parent(
    scores: dict[str, Cell], benchmarks: Iterable[Benchmark], below: BoardRow | None
) -> AverageCell:
    """Return the average with its gain, where both were asked the same benchmarks."""
    own = _average(scores, benchmarks)
    comparable = below is not None and own.measured == below.average.measured
    gain = difference(own.value, own.stderr, below.average if below and comparable else None)
    return replace(own, gain=gain)


def _ratings() -> dict[int, Rating]:
    """Return the published ratings by contender."""
    snapshot = arena_ratings.current()
    if snapshot is None:
        return {}
    return {each.contender_id: each for each in Rating.objects.filter(snapshot=snapshot)}


def _rating(rating: Rating | None, below: BoardRow | None) -> RatingCell | None:
    """Return the strength with its gain over the parent's."""
    if rating is None or not math.isfinite(rating.value):
        return None
    own = RatingCell(
        value=rating.value,
        lower=rating.lower,
        upper=rating.upper,
        elo=rating.elo,
        votes=rating.votes,
        wins=rating.wins,
        rank=rating.rank_lower,
        is_provisional=rating.votes < settings.RATING_MIN_VOTES,
    )
    theirs = below.rating if below else None
    if theirs is None:
        return own
    gain = difference(own.value, own.stderr, Cell(theirs.value, theirs.stderr))
    return replace(own, gain=gain)


def _cost(contender: Contender, below: BoardRow | None, evidence: Evidence) -> Cost:
    """Return what it cost to make, with every layer below it, and what it costs to run."""
    measured = evidence.serving(contender)
    price = contender.price_usd_per_million_tokens
    return Cost(
        training_usd=contender.training_cost_usd,
        stack_training_usd=_sum(
            contender.training_cost_usd, below.cost.stack_training_usd if below else Decimal(0)
        ),
        evidence=contender.get_cost_evidence_display(),
        usd_per_million_tokens=float(price) if price else measured.usd_per_million_tokens,
        is_list_price=price is not None,
        tokens_per_second=measured.tokens_per_second,
        first_token_s=measured.first_token_s,
        peak_memory_bytes=measured.peak_memory_bytes,
    )


def _sum(own: Amount | None, below: Amount | None) -> Amount | None:
    """Return a layer's amount on top of what is below; None where either is unknown."""
    return None if own is None or below is None else own + below


def _both_measured(one: Cell, other: Cell) -> bool:
    return one.value is not None and other.value is not None
