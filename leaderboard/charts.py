"""Quality against what it costs: which points there are, who stands on the Pareto line, in words.

The picture itself is made by `leaderboard.drawing` out of what is found here.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard import arrangement, drawing, viewing
from leaderboard.board import Board
from leaderboard.chart_points import Cost, Interval, Point, Quality
from leaderboard.filters import Filters
from leaderboard.rows import CONFIDENCE, BoardRow
from leaderboard.templatetags.figures import (
    bytes_,
    dollars,
    points,
    size,
    uncapped,
    whole,
)
from leaderboard.viewing import View

Link = tuple[str, str, bool]
POINTS_MAX = 1_500  # more would hide one another: the best are drawn, and the page says so
NARROWING = ("q", *Filters.__slots__)
NAMES_MAX = 5  # names on the Pareto line that the summary lists


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader asked for; every field is one parameter of the address."""

    suite: str
    quality: str
    cost: str
    view: View = field(default_factory=View)

    def address(self, **changes: str) -> str:
        """Return the query string of this chart with some of it changed."""
        kept = {name: value for name, value in self.view.pairs().items() if name in NARROWING}
        pairs = {"suite": self.suite, "y": self.quality, "x": self.cost} | kept | changes
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


@dataclass(frozen=True, slots=True)
class TableLine:
    """One contender in the table beside the picture."""

    row: BoardRow
    cost: str
    value: str
    low: str
    high: str
    is_on_front: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the page shows."""

    choice: Choice
    quality: Quality
    cost: Cost
    points: list[Point]
    left_out: list[BoardRow]
    baseline: BoardRow | None
    figure: dict[str, Any]
    summary: str
    hidden: int = 0  # points that stand in no picture, because there are too many

    @property
    def qualities(self) -> list[Link]:
        """Return what can stand on the upright axis: name, address, whether it does."""
        return [
            (each.label, self.choice.address(y=each.key), each.key == self.choice.quality)
            for each in QUALITIES.values()
        ]

    @property
    def costs(self) -> list[Link]:
        """Return what can stand on the level axis: name, address, whether it does."""
        return [
            (each.label, self.choice.address(x=each.key), each.key == self.choice.cost)
            for each in COSTS.values()
        ]

    @property
    def lines(self) -> list[TableLine]:
        """Return the same numbers as text, cheapest first."""
        write = self.quality.write
        return [
            TableLine(
                row=point.row,
                cost=self.cost.write(point.x),
                value=write(point.y),
                low=write(point.low),
                high=write(point.high),
                is_on_front=point.is_on_front,
            )
            for point in self.points
        ]


def _average(row: BoardRow) -> Interval | None:
    """Return the average with its interval; a partial one is not comparable."""
    return None if row.average.is_partial else _any_average(row)


def _any_average(row: BoardRow) -> Interval | None:
    cell = row.average
    if cell.value is None:
        return None
    spread = CONFIDENCE * (cell.stderr or 0.0)
    return cell.value, cell.value - spread, cell.value + spread


def _asked_part(row: BoardRow) -> str:
    """Say where a baseline's average stands on fewer benchmarks than the others'."""
    cell = row.average
    return f" on {cell.measured} of {cell.of} benchmarks" if cell.is_partial else ""


def _rating(row: BoardRow) -> Interval | None:
    return (row.rating.value, row.rating.lower, row.rating.upper) if row.rating else None


def _training(row: BoardRow) -> float | None:
    total = row.cost.stack_training_usd
    return None if total is None else float(total)


QUALITIES = {
    each.key: each
    for each in (
        Quality(
            "average",
            "Average",
            "Average over chance level",
            _average,
            points,
            level=_any_average,
            caveat=_asked_part,
        ),
        Quality(
            "rating",
            "Rating",
            "Rating in blind votes",
            _rating,
            whole,
            level=_rating,
            caveat=lambda _row: "",
        ),
    )
}
COSTS = {
    each.key: each
    for each in (
        Cost("parameters", "Parameters", "Parameters served", lambda row: row.parameters, size),
        Cost(
            "memory",
            "Memory",
            "Memory that the server really used",
            lambda row: row.cost.peak_memory_bytes,
            bytes_,
        ),
        Cost("training", "Training cost", "Training cost of the stack, $", _training, dollars),
        Cost(
            "price",
            "$ per M tokens",
            "Measured $ per million tokens",
            lambda row: row.cost.usd_per_million_tokens,
            dollars,
        ),
        Cost(
            "speed",
            "Tokens/s",
            "Measured tokens a second",
            lambda row: row.cost.tokens_per_second,
            whole,
            is_high_better=True,
        ),
    )
}


def asked(query: QueryDict) -> Choice:
    """Read a choice out of an address."""
    quality, cost = query.get("y", ""), query.get("x", "")
    return Choice(
        suite=query.get("suite", "")[:60],
        quality=quality if quality in QUALITIES else "average",
        cost=cost if cost in COSTS else "parameters",
        view=viewing.asked(query),
    )


def draw(board: Board, choice: Choice) -> Chart:
    """Return the chart of a board."""
    quality, cost = QUALITIES[choice.quality], COSTS[choice.cost]
    wanted = arrangement.found_in(board, choice.view)
    rows = [row for row in board.rows if row.slug in wanted or row.is_baseline]
    found = {row.slug: _point(row, quality, cost) for row in rows}
    every = _with_front([point for point in found.values() if point], cost)
    placed = _thinned(every)
    mark = board.baseline
    return Chart(
        choice=choice,
        quality=quality,
        cost=cost,
        points=placed,
        left_out=[row for row in rows if found[row.slug] is None and row is not mark],
        hidden=len(every) - len(placed),
        baseline=mark,
        figure=drawing.figure(placed, quality, cost, mark),
        summary=_summary(placed, quality, cost, mark),
    )


def _point(row: BoardRow, quality: Quality, cost: Cost) -> Point | None:
    y, x = quality.value(row), cost.value(row)
    return None if y is None or x is None else Point(row, x, *y)


def _with_front(points: list[Point], cost: Cost) -> list[Point]:
    """Mark the points that nothing cheaper equals; cheapest (or fastest) first."""
    best = float("-inf")
    marked: list[Point] = []
    sign = -1 if cost.is_high_better else 1
    for point in sorted(points, key=lambda each: (sign * each.x, -each.y, each.row.slug)):
        marked.append(replace(point, is_on_front=point.y > best and not point.row.is_baseline))
        best = max(best, point.y) if not point.row.is_baseline else best
    return marked


def _thinned(points: list[Point]) -> list[Point]:
    """Return the Pareto line, the baselines and the highest of many, in their order."""
    if len(points) <= POINTS_MAX:
        return points
    must = [point for point in points if point.is_on_front or point.row.is_baseline]
    kept = {each.row.slug for each in must}
    others = sorted(
        (each for each in points if each.row.slug not in kept), key=lambda each: -each.y
    )
    chosen = {each.row.slug for each in (*must, *others[: POINTS_MAX - len(must)])}
    return [point for point in points if point.row.slug in chosen]


def _summary(points: list[Point], quality: Quality, cost: Cost, mark: BoardRow | None) -> str:
    """Say in three sentences what the picture shows."""
    ours = [point for point in points if not point.row.is_baseline]
    if not ours:
        return f"No contender has both {uncapped(quality.label)} and {uncapped(cost.label)} yet."
    best = max(ours, key=lambda point: point.y)
    front = [point.row.name for point in ours if point.is_on_front]
    text = (
        f"{best.row.name} is highest with {quality.write(best.y)} "
        f"({quality.write(best.low)} to {quality.write(best.high)}) "
        f"at {cost.write(best.x)}. On the Pareto line: {_listed(front)}."
    )
    if mark and (level := quality.level(mark)):
        text += f" The baseline {mark.name} stands at {quality.write(level[0])}"
        text += f"{quality.caveat(mark)}."
    return text


def _listed(names: list[str]) -> str:
    if len(names) > NAMES_MAX:
        return f"{', '.join(names[:NAMES_MAX])} and {len(names) - NAMES_MAX} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
