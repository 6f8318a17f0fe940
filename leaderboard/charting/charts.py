"""Quality against what it costs: which points there are, who stands on the Pareto line, in words.

The picture itself is made by `leaderboard.charting.drawing` out of what is found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _

from leaderboard.boards import arrangement, viewing
from leaderboard.boards.board import Board
from leaderboard.boards.filters import Filters
from leaderboard.boards.frame import Frame, Mask, Numbers, Whole
from leaderboard.boards.rows import BoardRow
from leaderboard.boards.viewing import View
from leaderboard.charting import drawing
from leaderboard.charting.chart_axes import COSTS, QUALITIES
from leaderboard.charting.chart_points import Cost, Point, Quality
from leaderboard.templatetags.figures import between, uncapped

Link = tuple[str, str, bool]
POINTS_MAX = 600  # more would hide one another: the best are drawn, and the page says so
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
    rows, mark = board.frame, board.baseline
    wanted = arrangement.found_in(board, choice.view) | _baselines(rows)
    x = rows.numbers(f"chart.{cost.key}", cost.value)
    y = rows.numbers(f"chart.{quality.key}", lambda row: (quality.value(row) or (None,))[0])
    known = wanted & ~np.isnan(x) & ~np.isnan(y)
    order = _ordered(rows, known, -x if cost.is_high_better else x, y)
    is_on_front = _front(rows, order, y)
    drawn = _thinned(rows, order, y, is_on_front)
    placed = list(_points(rows, quality, x, order[drawn], is_on_front[drawn]))
    return Chart(
        choice=choice,
        quality=quality,
        cost=cost,
        points=placed,
        left_out=[row for row in rows.those(wanted & ~known) if row is not mark],
        hidden=len(order) - len(placed),
        baseline=mark,
        figure=drawing.figure(placed, quality, cost, mark),
        summary=_summary(placed, quality, cost, mark),
    )


def _baselines(rows: Frame) -> Mask:
    return rows.where("baseline", lambda row: row.is_baseline)


def _ordered(rows: Frame, known: Mask, dear: Numbers, y: Numbers) -> Whole:
    """Return who is drawn, cheapest (or fastest) first and the best of equals before the others."""
    some = np.flatnonzero(known)
    order: Whole = np.lexsort((rows.alphabet[some], -y[some], dear[some]))
    return some[order]


def _front(rows: Frame, order: Whole, y: Numbers) -> Mask:
    """Return who is better than everybody cheaper; a baseline is only a mark."""
    is_mark = _baselines(rows)[order]
    reached = np.maximum.accumulate(np.where(is_mark, -np.inf, y[order]))
    before = np.concatenate(([-np.inf], reached[:-1]))[: len(order)]
    front: Mask = ~is_mark & (y[order] > before)
    return front


def _thinned(rows: Frame, order: Whole, y: Numbers, is_on_front: Mask) -> Whole:
    """Return the Pareto line, the baselines and the highest of many, in their order."""
    if len(order) <= POINTS_MAX:
        return np.arange(len(order))
    must = is_on_front | _baselines(rows)[order]
    by_height = np.lexsort((-y[order], ~must))  # those who must be drawn come first
    chosen: Whole = np.sort(by_height[: max(POINTS_MAX, int(must.sum()))])
    return chosen


def _points(
    rows: Frame, quality: Quality, x: Numbers, order: Whole, is_on_front: Mask
) -> Iterator[Point]:
    for at, is_first in zip(order, is_on_front, strict=True):
        row = rows.rows[at]
        if interval := quality.value(row):
            yield Point(row, float(x[at]), *interval, is_on_front=bool(is_first))


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
