"""Drawing shared by the charts whose lines are contenders: a dot and its interval, one a line."""

from typing import Any

from django.utils.translation import gettext as _

from leaderboard.boards.rows import CONFIDENCE, BoardRow
from leaderboard.charting import drawing
from leaderboard.charting.chart_points import Interval

LINES_MAX = 30


def interval(value: float, stderr: float | None) -> Interval:
    """Return a value with both ends of its 95 % interval."""
    spread = CONFIDENCE * (stderr or 0.0)
    return value, value - spread, value + spread


def dots(
    rows: list[BoardRow], intervals: list[Interval], told: list[str], title: str, **x_axis: Any
) -> dict[str, Any]:
    """Return a figure with the first row on top; kinds differ by symbol as well as colour."""
    traces = []
    for kind, (name, colour, symbol) in drawing.KINDS.items():
        at = [place for place, row in enumerate(rows) if row.kind == kind]
        if not at:
            continue
        bars = drawing.errors([intervals[place] for place in at], colour)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": _(name),
                "x": [intervals[place][0] for place in at],
                "y": at,
                "error_x": bars,
                "marker": {"color": colour, "symbol": symbol, "size": 10},
                "customdata": [drawing.address_of(rows[place]) for place in at],
                "hovertext": [drawing.plain(told[place]) for place in at],
                "hovertemplate": f"%{{hovertext}}<br>{_('Click to open')}<extra></extra>",
            }
        )
    layout = drawing.frame()
    layout["margin"] = {**layout["margin"], "l": 190}
    layout["xaxis"] = drawing.axis(title, is_ruled=True, **x_axis)
    layout["yaxis"] = drawing.axis(
        "",
        tickvals=list(range(len(rows))),
        ticktext=[drawing.plain(_short(row.name)) for row in rows],
        range=[len(rows) - 0.4, -0.6],
    )
    return {"data": traces, "layout": layout}


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:25]}…"
