"""The board, the same one that visitors read."""

import json
import math
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import conditional_page
from ninja import Field, Query, Router, Schema
from ninja.decorators import decorate_view

from evals.models import Benchmark
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Piece
from leaderboard.boards import arrangement, snapshots, viewing
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow

router = Router(tags=["Board"])


class BenchmarkOut(Schema):
    """How one column was measured."""

    key: str
    title: str
    task: str
    metric: str
    shots: int
    chance_level: float
    is_higher_better: bool


class ScoreOut(Schema):
    """One measured value."""

    value: float
    stderr: float | None = Field(description="Null where the harness reports none.")
    samples: int


class AverageOut(Schema):
    """The mean over the suite: guessing is 0, perfect is 100."""

    value: float
    stderr: float | None
    measured: int = Field(description="Benchmarks in this mean.")
    of: int = Field(description="Benchmarks in the suite.")


class StrengthOut(Schema):
    """A Bradley-Terry rating with its 95 % interval."""

    value: float
    lower: float
    upper: float
    votes: int


class CostOut(Schema):
    """What it cost to make and costs to run; null where nobody knows."""

    training_usd: float | None = Field(description="Of this layer alone.")
    stack_training_usd: float | None = Field(description="With every layer below it.")
    evidence: str = Field(description="How this layer's cost is known.")
    stack_evidence: str = Field(description="UNKNOWN, DECLARED or GPU_HOURS: the weakest part.")
    usd_per_million_tokens: float | None
    is_list_price: bool = Field(description="An API's price, not our measurement.")
    tokens_per_second: float | None
    first_token_s: float | None
    peak_memory_bytes: int | None
    energy_wh_per_million_tokens: float | None = Field(
        description="By the machine's own meters; null where it has none."
    )
    energy_source: str = Field(description="NVML, RAPL, both joined by +, or empty.")


class BoardRowOut(Schema):
    """Everything known about one contender."""

    slug: str
    name: str
    kind: str = Field(description="MODEL, ADAPTER or BASELINE.")
    parent: str | None = Field(description="Slug of what an adapter sits on.")
    parameters: int | None = Field(description="Served: the model and every layer.")
    average: AverageOut | None
    scores: dict[str, ScoreOut] = Field(description="By benchmark; what was not asked is absent.")
    rating: StrengthOut | None
    elo: float | None
    cost: CostOut


class BoardOut(Schema):
    """One suite's board, a piece of it; rows come as the page has them, parents before adapters."""

    suite: str | None
    version: int | None
    benchmarks: list[BenchmarkOut]
    total: int = Field(description="How many rows the whole view has.")
    limit: int
    offset: int
    rows: list[BoardRowOut]


class BoardWanted(Piece):
    """Which rows to return; `kind`, `base` and the page's other filters work here as well."""

    limit: int = Field(default=100, ge=1, le=500, description="How many rows at most.")
    suite: str = Field(default="", description="Key; the default suite where empty.")
    q: str = Field(default="", description="Words, or @base:, @licence:, @kind:, @quant:.")
    sort: str = Field(default="", description="Keys of columns, the first decides: -average,cost.")


@router.get(
    "/board",
    operation_id="read_board",
    summary="Read the board",
    response={200: BoardOut, **refusals(400)},
)
@decorate_view(conditional_page)
def read_board(request: HttpRequest, wanted: Query[BoardWanted]) -> HttpResponse:
    """Read contenders with their scores, ratings and costs, in the order of the page."""
    view = viewing.asked(request.GET)
    read = snapshots.current(view.suite).board
    lines = arrangement.arrange(read, view)
    piece = lines[wanted.offset : wanted.offset + wanted.limit]
    about = {
        "suite": read.suite.key if read.suite else None,
        "version": read.suite.version if read.suite else None,
        "benchmarks": [_benchmark(each) for each in read.benchmarks],
        "total": len(lines),
        "limit": wanted.limit,
        "offset": wanted.offset,
    }
    rows = ",".join(_written(read, line.row) for line in piece)
    body = f'{json.dumps(about)[:-1]}, "rows": [{rows}]}}'
    return HttpResponse(body, content_type="application/json")


def _written(read: Board, row: BoardRow) -> str:
    """Return a row as text; written once for everybody who reads this board."""
    return read.frame.kept(("json", row.slug), lambda: json.dumps(row_told(row)))


def row_told(row: BoardRow) -> dict[str, Any]:
    """Return one row as JSON has it; plain, for shapes that check themselves take a second."""
    average, rating, cost = row.average, row.rating, row.cost
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "parent": row.parent or None,
        "parameters": row.parameters,
        "average": _fields(average, AverageOut) if average.value is not None else None,
        "scores": {
            key: _fields(cell, ScoreOut)
            for key, cell in row.scores.items()
            if cell.value is not None
        },
        "rating": _fields(rating, StrengthOut) if rating else None,
        "elo": rating.elo if rating else None,
        "cost": _fields(cost, CostOut)
        | {
            "training_usd": _dollars(cost.training_usd),
            "stack_training_usd": _dollars(cost.stack_training_usd),
        },
    }


def _benchmark(benchmark: Benchmark) -> dict[str, Any]:
    return _fields(benchmark, BenchmarkOut)


def _fields(held: object, shape: type[Schema]) -> dict[str, Any]:
    found = {name: getattr(held, name) for name in shape.model_fields}
    return {name: None if _is_not_finite(each) else each for name, each in found.items()}


def _is_not_finite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _dollars(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
