"""The board, the same one that visitors read."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import conditional_page
from ninja import Field, Router, Schema
from ninja.decorators import decorate_view

from evals.models import Benchmark
from leaderboard import snapshots
from leaderboard.board import Board
from leaderboard.rows import BoardRow, Cell, Cost, RatingCell

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
    evidence: str
    usd_per_million_tokens: float | None
    is_list_price: bool = Field(description="An API's price, not our measurement.")
    tokens_per_second: float | None
    first_token_s: float | None
    peak_memory_bytes: int | None


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
    """One suite's board; rows come with parents before their adapters."""

    suite: str | None
    version: int | None
    benchmarks: list[BenchmarkOut]
    rows: list[BoardRowOut]


@router.get("/board", operation_id="read_board", summary="Read the board", response=BoardOut)
@decorate_view(conditional_page)
def read_board(request: HttpRequest, suite: str = "") -> HttpResponse:
    """Read every contender with its scores, its rating and its cost."""
    read = snapshots.current(suite).board
    body = read.kept(("api",), lambda: _board(read).model_dump_json().encode())
    return HttpResponse(body, content_type="application/json")


def _board(read: Board) -> BoardOut:
    return BoardOut(
        suite=read.suite.key if read.suite else None,
        version=read.suite.version if read.suite else None,
        benchmarks=[_benchmark(each) for each in read.benchmarks],
        rows=[row_out(each) for each in read.rows],
    )


def row_out(row: BoardRow) -> BoardRowOut:
    """Return one row as JSON has it."""
    average = row.average
    return BoardRowOut(
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        parent=row.parent or None,
        parameters=row.parameters,
        average=AverageOut(
            value=average.value, stderr=average.stderr, measured=average.measured, of=average.of
        )
        if average.value is not None
        else None,
        scores=_scores(row.scores),
        rating=_strength(row.rating) if row.rating else None,
        elo=row.rating.elo if row.rating else None,
        cost=_cost(row.cost),
    )


def _scores(cells: dict[str, Cell]) -> dict[str, ScoreOut]:
    return {
        key: ScoreOut(value=cell.value, stderr=cell.stderr, samples=cell.samples)
        for key, cell in cells.items()
        if cell.value is not None
    }


def _strength(rating: RatingCell) -> StrengthOut:
    return StrengthOut(
        value=rating.value, lower=rating.lower, upper=rating.upper, votes=rating.votes
    )


def _cost(cost: Cost) -> CostOut:
    return CostOut(
        training_usd=_dollars(cost.training_usd),
        stack_training_usd=_dollars(cost.stack_training_usd),
        evidence=cost.evidence,
        usd_per_million_tokens=cost.usd_per_million_tokens,
        is_list_price=cost.is_list_price,
        tokens_per_second=cost.tokens_per_second,
        first_token_s=cost.first_token_s,
        peak_memory_bytes=cost.peak_memory_bytes,
    )


def _dollars(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _benchmark(benchmark: Benchmark) -> BenchmarkOut:
    return BenchmarkOut(
        key=benchmark.key,
        title=benchmark.title,
        task=benchmark.task,
        metric=benchmark.metric,
        shots=benchmark.shots,
        chance_level=benchmark.chance_level,
        is_higher_better=benchmark.is_higher_better,
    )
