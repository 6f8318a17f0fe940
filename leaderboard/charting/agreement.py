"""How well each benchmark's order agrees with the order that votes make: Spearman's rho.

The interval is Fisher's, with the standard error 1.03 / sqrt(n - 3) that Fieller, Hartley and
Pearson (1957) found for ranks. Under four contenders there is none, and nothing is drawn.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from arena.matrices import Floats
from leaderboard.boards import columns
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.rows import CONFIDENCE, BoardRow
from leaderboard.charting import drawing
from leaderboard.charting.asking import Asked
from leaderboard.charting.chart_points import Interval
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import between, plural, signed

PEOPLE_MIN = 4


@dataclass(frozen=True, slots=True)
class _Agreement:
    label: str
    rho: Interval
    people: int


def rank_correlation(pairs: list[tuple[float, float]]) -> Interval | None:
    """Return Spearman's rho with its 95 % interval; None where it means nothing."""
    if len(pairs) < PEOPLE_MIN or any(len(set(each)) < 2 for each in zip(*pairs, strict=True)):
        return None
    a, b = (_ranks(side) for side in zip(*pairs, strict=True))
    rho = float(np.corrcoef(a, b)[0, 1])
    if abs(rho) >= 1 - 1e-12:
        return rho, rho, rho
    spread = CONFIDENCE * 1.03 / math.sqrt(len(pairs) - 3)
    return rho, math.tanh(math.atanh(rho) - spread), math.tanh(math.atanh(rho) + spread)


def _ranks(values: Sequence[float]) -> Floats:
    """Return the place of each value; equals share the mean of their places."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    shared: Floats = ((2 * last - count + 1) / 2)[place]
    return shared


def draw(board: Board, asked: Asked) -> Picture:
    """Return one line a benchmark, and one for the average."""
    rows = [row for row in asked.rows(board) if row.rating]
    found = sorted(_agreements(board, rows), key=lambda each: -each.rho[0])
    return Picture(
        title=_("Do benchmarks and votes agree?"),
        summary=_summary(found),
        note=_(
            "Spearman's rank correlation between a benchmark's scores and the ratings in "
            "votes: 1 is the same order, 0 none, -1 the opposite. Bars are 95 % intervals."
        ),
        figure=_figure(found),
        headings=[_("Correlation"), _("95 % interval"), _("Contenders")],
        lines=[
            Line(
                None,
                [
                    signed(each.rho[0], 2),
                    between(signed(each.rho[1], 2), signed(each.rho[2], 2)),
                    str(each.people),
                ],
                each.label,
            )
            for each in found
        ],
    )


def _agreements(board: Board, rows: list[BoardRow]) -> Iterator[_Agreement]:
    for column in columns.of(board):
        if column.group not in ("average", "score"):
            continue
        pairs = list(_pairs(column, rows))
        if (rho := rank_correlation(pairs)) is not None:
            yield _Agreement(column.label, rho, len(pairs))


def _pairs(column: Column, rows: list[BoardRow]) -> Iterator[tuple[float, float]]:
    for row in rows:
        is_comparable = column.group != "average" or row.is_complete
        value = column.value(row)
        if is_comparable and row.rating and value is not None:
            yield (-1 if column.is_low_first else 1) * float(value), row.rating.value


def _figure(found: list[_Agreement]) -> dict[str, Any]:
    layout = drawing.frame()
    layout["showlegend"] = False
    layout["margin"] = {**layout["margin"], "l": 130}
    ruler: dict[str, Any] = {"zeroline": True, "zerolinecolor": drawing.INK, "zerolinewidth": 1}
    layout["xaxis"] = drawing.axis(_("Spearman's rank correlation"), range=[-1.05, 1.05], **ruler)
    layout["yaxis"] = drawing.axis(
        "",
        tickvals=list(range(len(found))),
        ticktext=[drawing.plain(each.label) for each in found],
        range=[len(found) - 0.4, -0.6],
    )
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [each.rho[0] for each in found],
                "y": list(range(len(found))),
                "error_x": drawing.errors([each.rho for each in found], drawing.INK),
                "marker": {"color": drawing.INK, "size": 11},
                "hovertext": [
                    _("%(benchmark)s: %(rho)s over %(contenders)s")
                    % {
                        "benchmark": drawing.plain(each.label),
                        "rho": signed(each.rho[0], 2),
                        "contenders": plural(each.people, "contender"),
                    }
                    for each in found
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        ],
        "layout": layout,
    }


def _summary(found: list[_Agreement]) -> str:
    if not found:
        return _("It takes %(least)s contenders with both a score and a rating to say.") % {
            "least": PEOPLE_MIN
        }
    best, worst = found[0], found[-1]
    text = _("%(best)s agrees most with the votes (%(rho)s over %(contenders)s)") % {
        "best": best.label,
        "rho": signed(best.rho[0], 2),
        "contenders": plural(best.people, "contender"),
    }
    if worst is best:
        return f"{text}."
    return _("%(text)s, %(worst)s least (%(rho)s).") % {
        "text": text,
        "worst": worst.label,
        "rho": signed(worst.rho[0], 2),
    }
