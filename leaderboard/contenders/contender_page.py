"""What a contender's page says: its stack layer by layer, its scores, its cost, its runs.

It takes its numbers from the board, so that both always agree. Nothing here draws.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q

from arena.models import Battle
from evals import averages, proofs
from evals.models import Benchmark, Contender, EvalRun, Proof
from leaderboard.boards import arrangement, columns, placing, snapshots, standings
from leaderboard.boards.arrangement import Line
from leaderboard.boards.board import Board
from leaderboard.boards.filters import Filters
from leaderboard.boards.rows import BoardRow, Cell, Gain
from leaderboard.boards.viewing import View
from leaderboard.contenders import forgetting, ladder, left_out, opponents
from leaderboard.contenders.forgetting import Card
from leaderboard.contenders.ladder import Step
from leaderboard.contenders.left_out import LeftOut
from leaderboard.contenders.opponents import History, Opponent

RUNS_MAX = 20


@dataclass(frozen=True, slots=True)
class StepCell:
    """One layer's step on one benchmark: from where to where, of 0 (guessing) to 100."""

    cell: Cell
    is_percent: bool
    start: float | None
    end: float | None
    verdict: str  # base, better, worse or noise

    @property
    def unit(self) -> str:
        """Return how its change is written."""
        return "percent" if self.is_percent else "own"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a stack with its step on every benchmark."""

    row: BoardRow
    steps: list[StepCell]
    vote_step: tuple[float, float, str] | None  # from where to where in votes, and its verdict


@dataclass(frozen=True, slots=True)
class ContenderPage:
    """Everything the page shows."""

    contender: Contender
    row: BoardRow
    parent: BoardRow | None
    board: Board
    layers: list[Layer]
    gap: Gain | None
    runs: list[EvalRun]
    battles: int
    votes: int
    place: int | None
    is_shared: bool
    percentiles: Mapping[str, int]
    family: Sequence[Line]
    ladder: list[Step]
    left_out: list[LeftOut]
    forgetting: Card | None
    opponents: list[Opponent]
    history: History | None
    proof: Proof | None  # that the adapter is applied; None: a model, or not proven yet

    @property
    def weight_class(self) -> str:
        """Return the class it fights in."""
        return self.row.weight_class

    @property
    def gain_per_dollar(self) -> float | None:
        """Return the points that this layer gained for every dollar of its training."""
        gain, spent = self.row.average.gain, self.row.cost.training_usd
        return gain.difference / float(spent) if gain and spent else None

    @property
    def shown_opponents(self) -> list[Opponent]:
        """Return those it met most."""
        return self.opponents[: opponents.SHOWN_MAX]


def read(slug: str, *, suite_key: str, now: datetime) -> ContenderPage | None:
    """Read the page of a listed contender."""
    table = snapshots.current(suite_key).board
    row = table.by_slug.get(slug)
    if row is None:
        return None
    contender = Contender.objects.select_related("parent", "base").get(slug=slug)
    fought = _fought(contender)
    parent = table.by_slug.get(row.parent)
    runs = contender.runs.select_related("suite").prefetch_related("submissions").order_by("-pk")
    place, is_shared = place_of(row, table)
    return ContenderPage(
        contender=contender,
        row=row,
        parent=parent,
        board=table,
        layers=[_layer(each, table) for each in _stack(row, table)] if row.is_adapter else [],
        gap=_gap(row, table),
        runs=list(runs[:RUNS_MAX]),
        battles=fought["battles"],
        votes=fought["votes"],
        place=place,
        is_shared=is_shared,
        percentiles=standings.percentiles(table, row),
        family=_family(row, table),
        ladder=table.kept(("ladder", slug), lambda: ladder.of(row, table)),
        left_out=table.kept(("left out", slug), lambda: left_out.of(contender, row, table)),
        forgetting=table.kept(("forgetting", slug), lambda: forgetting.card(contender, row, table)),
        opponents=opponents.of(contender, table),
        history=opponents.history(contender, now=now),
        proof=proofs.newest(contender) if row.is_adapter else None,
    )


def _fought(contender: Contender) -> dict[str, int]:
    """Count its battles and those that were judged, in one look at its own battles alone."""
    is_in = Q(contender_a=contender) | Q(contender_b=contender)
    judged = Count("pk", filter=Q(state=Battle.State.VOTED))
    return Battle.objects.blind().filter(is_in).aggregate(battles=Count("pk"), votes=judged)


def place_of(row: BoardRow, table: Board) -> tuple[int | None, bool]:
    """Return where it stands by average, and whether it shares that place."""
    return placing.by(table, columns.AVERAGE).of(table.frame.at[row.slug])


def _family(row: BoardRow, table: Board) -> Sequence[Line]:
    """Return the tree that it belongs to; nothing where it is alone."""
    tree = arrangement.arrange(table, View(sort="name", filters=Filters(base=row.base)))
    return tree if len(tree) > 1 else []


def _stack(row: BoardRow, table: Board) -> Iterator[BoardRow]:
    if row.parent:
        yield from _stack(table.by_slug[row.parent], table)
    yield row


def _layer(row: BoardRow, table: Board) -> Layer:
    below = table.by_slug.get(row.parent)
    steps = [_step(row, below, each) for each in table.benchmarks]
    return Layer(row, steps, _vote_step(row, below, table))


def _vote_step(
    row: BoardRow, below: BoardRow | None, table: Board
) -> tuple[float, float, str] | None:
    """Return a layer's step in votes, of 0 to 100 on the span of all ratings."""
    low, high = table.rating_span
    if row.rating is None or high <= low or (below is not None and below.rating is None):
        return None
    start = below.rating.value if below and below.rating else settings.RATING_ANCHOR
    verdict = row.rating.gain.verdict if row.rating.gain else "base"
    begin, end = (100 * (each - low) / (high - low) for each in (start, row.rating.value))
    return begin, end, verdict


def _step(row: BoardRow, below: BoardRow | None, benchmark: Benchmark) -> StepCell:
    cell = row.scores[benchmark.key]
    return StepCell(
        cell=cell,
        is_percent=benchmark.is_percent,
        start=_position(below.scores[benchmark.key], benchmark) if below else 0.0,
        end=_position(cell, benchmark),
        verdict=cell.gain.verdict if cell.gain else "base",
    )


def _position(cell: Cell, benchmark: Benchmark) -> float | None:
    if cell.value is None:
        return None
    share = averages.normalise(cell.value, benchmark.chance_level, benchmark.best_level)
    return max(0.0, min(100.0, 100 * share))


def _gap(row: BoardRow, table: Board) -> Gain | None:
    """Return how far it is from the best baseline, on what both were asked."""
    return None if row.is_baseline else table.gap_of(row)
