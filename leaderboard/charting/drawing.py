"""The picture of a chart: a plotly figure as a plain dictionary, drawn by `charts.js`.

Plain, because plotly's own classes check every value and take a minute for a thousand arrows.

Colours are names of the design's tokens, resolved in the reader's theme. Colour never speaks
alone: kinds differ by symbol too, and the same numbers stand in a table beside the picture.
"""

import math
from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from leaderboard.boards import addresses, layer_names
from leaderboard.boards.rows import BoardRow
from leaderboard.charting.chart_points import Cost, Interval, Point, Quality
from leaderboard.templatetags.figures import between, phrase, spelled

INK, MUTED, LINE = "var(--ink)", "var(--ink-3)", "var(--line)"
BRASS, BLUE, HARM = "var(--brass-fill)", "var(--blue)", "var(--red)"
CARD = "var(--card)"
SHADE = "var(--shade)"  # of an interval's band
TWO_SIDED = [[0, "var(--harm-fill)"], [0.5, "var(--sunk)"], [1, "var(--blue-fill)"]]
OPEN = gettext_noop("Click to open")
KINDS = {
    "MODEL": (gettext_noop("Models"), INK, "circle"),
    "ADAPTER": (gettext_noop("Adapters"), BLUE, "diamond"),
    "BASELINE": (gettext_noop("Baselines"), HARM, "x"),
}
LOG_RATIO = 8  # costs further apart than this are drawn on a log axis
ARROWS_MAX = 60  # more points than this, and arrows would hide them
ERRORS_MAX = 400
LABELS_MAX = 14  # more points than this, and only the Pareto line is labelled


def figure(
    points: list[Point], quality: Quality, cost: Cost, baseline: BoardRow | None
) -> dict[str, Any]:
    """Return the figure of points that know whether they are on the Pareto line."""
    is_log = _is_log(points)
    is_crowded = len(points) > LABELS_MAX
    kinds = {kind: [point for point in points if point.row.kind == kind] for kind in KINDS}
    markers = [
        _markers(kind, chosen, quality, cost, is_crowded=is_crowded)
        for kind, chosen in kinds.items()
        if chosen
    ]
    layout = _layout(quality, cost, points, is_log=is_log)
    layout["annotations"] = list(_arrows(points, is_log=is_log)) if len(points) < ARROWS_MAX else []
    if baseline and (level := quality.level(baseline)):
        _mark_baseline(layout, baseline, level, quality)
    return {"data": [_front(points), *markers], "layout": layout}


def _is_log(points: list[Point]) -> bool:
    costs = [point.x for point in points]
    return bool(costs) and min(costs) > 0 and max(costs) / min(costs) >= LOG_RATIO


def _markers(
    kind: str, points: list[Point], quality: Quality, cost: Cost, *, is_crowded: bool
) -> dict[str, Any]:
    name, colour, symbol = KINDS[kind]
    return {
        "type": "scatter",
        "name": _(name),
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "error_y": errors([(point.y, point.low, point.high) for point in points], colour),
        "mode": "markers+text",
        "text": [
            plain(_label(point)) if point.is_on_front or not is_crowded else "" for point in points
        ],
        "textposition": "bottom right",
        "textfont": {"color": INK, "size": 12},
        "cliponaxis": False,
        "marker": {
            "color": colour,
            "symbol": symbol,
            "size": 11,
            "line": {"color": CARD, "width": 1.5},
        },
        "customdata": [address_of(point.row) for point in points],
        "hovertext": [_told(point, quality, cost) for point in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def address_of(row: BoardRow) -> str:
    """Return where a click on a contender leads."""
    return addresses.contender(row.slug)


def errors(intervals: list[Interval], colour: str) -> dict[str, Any]:
    """Return the bars of 95 % intervals; none where they would be a grey cloud."""
    return {
        "type": "data",
        "visible": len(intervals) <= ERRORS_MAX,
        "symmetric": False,
        "array": [high - value for value, _low, high in intervals],
        "arrayminus": [value - low for value, low, _high in intervals],
        "color": colour,
        "thickness": 1,
        "width": 3,
    }


def _label(point: Point) -> str:
    """Return what stands beside a point: of an adapter only its layer, the arrow tells the rest."""
    stack = layer_names.layers(point.row.stack)
    return f"+ {stack[-1]}" if len(stack) > 1 else point.row.name


def _told(point: Point, quality: Quality, cost: Cost) -> str:
    stack = layer_names.layers(point.row.stack)
    name = " + ".join(stack) if len(stack) > 1 else point.row.name
    return (  # plotly's <b> and <i> would write style attributes, which the page's policy forbids
        f"{plain(name)}<br>{quality.label} {quality.write(point.y)}"
        f" ({between(quality.write(point.low), quality.write(point.high))})"
        f"<br>{cost.label} {cost.write(point.x)}<br>{phrase(OPEN)}"
    )


def plain(text: str) -> str:
    """Return a name that plotly cannot read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _front(points: list[Point]) -> dict[str, Any]:
    front = [point for point in points if point.is_on_front]
    return {
        "type": "scatter",
        "name": _("Pareto line"),
        "x": [point.x for point in front],
        "y": [point.y for point in front],
        "mode": "lines",
        "line": {"color": BRASS, "width": 2.5, "shape": "hv"},
        "hoverinfo": "skip",
    }


def _arrows(points: list[Point], *, is_log: bool) -> Iterator[dict[str, Any]]:
    """Yield an arrow from each parent to its layer."""
    place = {point.row.slug: point for point in points}
    for child in points:
        parent = place.get(child.row.parent)
        if parent is not None and (parent.x, parent.y) != (child.x, child.y):
            yield {
                "x": math.log10(child.x) if is_log else child.x,
                "y": child.y,
                "ax": math.log10(parent.x) if is_log else parent.x,
                "ay": parent.y,
                "xref": "x",
                "yref": "y",
                "axref": "x",
                "ayref": "y",
                "text": "",
                "showarrow": True,
                "arrowhead": 2,
                "arrowsize": 1.1,
                "arrowwidth": 1.2,
                "arrowcolor": MUTED,
                "standoff": 8,
                "startstandoff": 7,
            }


def _mark_baseline(
    layout: dict[str, Any], baseline: BoardRow, level: Interval, quality: Quality
) -> None:
    """Draw the mark to beat as a line with its interval as a band."""
    value, low, high = level
    across = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
    band = {"type": "rect", "y0": low, "y1": high, "fillcolor": HARM, "opacity": 0.09}
    line = {"type": "line", "y0": value, "y1": value}
    layout["shapes"] = [
        {**across, **band, "line": {"width": 0}},
        {**across, **line, "line": {"color": HARM, "width": 1.4, "dash": "dash"}},
    ]
    layout["annotations"].append(
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": value,
            "yanchor": "bottom",
            "showarrow": False,
            "text": _("Baseline %(name)s %(value)s")
            % {
                "name": plain(baseline.name),
                "value": quality.write(value) + quality.caveat(baseline),
            },
            "font": {"color": HARM, "size": 12},
        }
    )


def frame() -> dict[str, Any]:
    """Return the layout that all charts share."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 13},
        "margin": {"l": 56, "r": 16, "t": 44, "b": 52},
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {"bgcolor": CARD, "bordercolor": INK, "font": {"color": INK}},
        "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom"},
        "annotations": [],
        "separators": spelled(".,"),
    }


def day_format() -> str:
    """Return how days stand along an axis: the drawing program knows English months alone."""
    return "%-d %b %Y" if (get_language() or "en") == "en" else "%Y-%m-%d"


def axis(title: str, *, is_ruled: bool = False, **more: Any) -> dict[str, Any]:
    """Return one axis."""
    return {
        "gridcolor": LINE,
        "linecolor": INK,
        "zeroline": False,
        "title": {"text": title, "font": {"size": 13}},
        "showline": is_ruled,
        "fixedrange": True,
        **more,
    }


def _layout(quality: Quality, cost: Cost, points: list[Point], *, is_log: bool) -> dict[str, Any]:
    title = cost.title + (" " + _("(log scale)") if is_log else "")
    ticks = _ticks([point.x for point in points], cost, is_log=is_log)
    kind = "log" if is_log else "linear"
    return {
        **frame(),
        "xaxis": axis(title, is_ruled=True, type=kind, **ticks),
        "yaxis": axis(quality.title),
    }


def _ticks(costs: list[float], cost: Cost, *, is_log: bool) -> dict[str, Any]:
    """Return the span of the level axis, with room for names on the right, and its marks."""
    if not costs:
        return {}
    low, high = min(costs), max(costs)
    if not is_log:
        span = (high - low) or high or 1.0
        return {"range": [low - 0.06 * span, high + 0.18 * span], "nticks": 8}
    span = math.log10(high / low)
    ends = (math.log10(low) - 0.05 * span, math.log10(high) + 0.16 * span)
    decades = range(math.floor(ends[0]), math.ceil(ends[1]) + 1)
    marks = [step * 10.0**decade for decade in decades for step in (1, 2, 5)]
    seen = [mark for mark in marks if ends[0] <= math.log10(mark) <= ends[1]]
    return {"range": list(ends), "tickvals": seen, "ticktext": [cost.write(mark) for mark in seen]}
