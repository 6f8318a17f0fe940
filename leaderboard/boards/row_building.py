"""One row of the board, put together from what is known of a contender and of the layer below it.

Pure but for the settings: `leaderboard.boards.board` reads the database and hands everything in.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from django.conf import settings

from arena.models import Rating
from evals import averages
from evals.models import Benchmark, Contender
from leaderboard.boards import quantisations
from leaderboard.boards.evidence import Evidence
from leaderboard.boards.rows import (
    AverageCell,
    BoardRow,
    Cell,
    Cost,
    Gain,
    RatingCell,
    difference,
)

Amount = TypeVar("Amount", int, Decimal)
Known = Contender.CostEvidence
WEAKEST_FIRST = [Known.UNKNOWN, Known.DECLARED, Known.GPU_HOURS]


@dataclass(slots=True)
class Measured:
    """A value and its error, as `evals.averages` takes them."""

    value: float
    stderr: float | None


def row(
    contender: Contender,
    below: BoardRow | None,
    root: BoardRow | None,
    original: BoardRow | None,
    benchmarks: Iterable[Benchmark],
    evidence: Evidence,
    rating: Rating | None,
) -> BoardRow:
    """Return one row; `below` is the finished row of its parent, `root` that of its base."""
    cells = evidence.cells(contender, benchmarks)
    scores = {
        each.key: _compared(cells[each.key], below.scores[each.key] if below else None, each)
        for each in benchmarks
    }
    average = _average_over_parent(scores, benchmarks, below)
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
        average=average,
        scores=scores,
        rating=_rating(rating, below),
        cost=_cost(contender, below, evidence),
        progress=evidence.progress(contender),
        licences=(*(below.licences if below else ()), contender.licence),
        quantisation=quantisations.of(contender, below.quantisation if below else ""),
        variant_of=original.slug if original else "",
        released_at=contender.released_at,
        over_base=_over(average, root),
        is_reported=evidence.is_reported(contender),
    )


def _compared(cell: Cell, of_parent: Cell | None, benchmark: Benchmark) -> Cell:
    """Return the cell with its gain over the parent's."""
    gain = difference(
        cell.value, cell.stderr, of_parent, is_higher_better=benchmark.is_higher_better
    )
    return replace(cell, gain=gain)


def average_of(scores: dict[str, Cell], benchmarks: Iterable[Benchmark]) -> AverageCell:
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
    own = average_of(scores, benchmarks)
    return replace(own, gain=_over(own, below))


def _over(own: AverageCell, below: BoardRow | None) -> Gain | None:
    comparable = below is not None and own.measured == below.average.measured
    return difference(own.value, own.stderr, below.average if below and comparable else None)


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
        stack_evidence=_weakest(contender, below),
        usd_per_million_tokens=float(price) if price else measured.usd_per_million_tokens,
        is_list_price=price is not None,
        tokens_per_second=measured.tokens_per_second,
        first_token_s=measured.first_token_s,
        peak_memory_bytes=measured.peak_memory_bytes,
        energy_wh_per_million_tokens=measured.energy_wh_per_million_tokens,
        energy_source=measured.energy_source,
    )


def _weakest(contender: Contender, below: BoardRow | None) -> str:
    """Return the evidence of a stack's cost: a sum is known no better than its worst part."""
    parts = [contender.cost_evidence, *([below.cost.stack_evidence] if below else [])]
    return min((Known(part) for part in parts), key=WEAKEST_FIRST.index)


def _sum(own: Amount | None, below: Amount | None) -> Amount | None:
    """Return a layer's amount on top of what is below; None where either is unknown."""
    return None if own is None or below is None else own + below
