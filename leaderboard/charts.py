"""Quality against what it costs: which points there are, who stands on the Pareto line, in words.

The picture itself is made by `leaderboard.drawing` out of what is found here.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from leaderboard import arrangement, drawing, viewing
from leaderboard.board import Board
from leaderboard.chart_axes import COSTS, QUALITIES
from leaderboard.chart_points import Cost, Point, Quality
from leaderboard.filters import Filters
from leaderboard.rows import BoardRow
from leaderboard.templatetags.figures import between, uncapped
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
    marks = board.frame.where("baseline", lambda row: row.is_baseline)
    rows = board.frame.those(arrangement.found_in(board, choice.view) | marks)
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
        return _("No contender has both %(quality)s and %(cost)s yet.") % {
            "quality": uncapped(quality.label),
            "cost": uncapped(cost.label),
        }
    best = max(ours, key=lambda point: point.y)
    front = [point.row.name for point in ours if point.is_on_front]
    text = _(
        "%(name)s is highest with %(value)s (%(interval)s) at %(cost)s. On the Pareto "
        "line: %(front)s."
    ) % {
        "name": best.row.name,
        "value": quality.write(best.y),
        "interval": between(quality.write(best.low), quality.write(best.high)),
        "cost": cost.write(best.x),
        "front": _listed(front),
    }
    if mark and (level := quality.level(mark)):
        told = quality.write(level[0]) + quality.caveat(mark)
        text += " " + _("The baseline %(name)s stands at %(value)s.") % {
            "name": mark.name,
            "value": told,
        }
    return text


def _listed(names: list[str]) -> str:
    if len(names) > NAMES_MAX:
        return _("%(names)s and %(more)s more") % {
            "names": ", ".join(names[:NAMES_MAX]),
            "more": len(names) - NAMES_MAX,
        }
    return (
        names[0]
        if len(names) == 1
        else _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
    )
