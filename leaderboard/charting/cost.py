"""Quality against cost, as a picture like the others; `leaderboard.charts` finds the points."""

from django.http import QueryDict

from leaderboard import charts
from leaderboard.board import Board
from leaderboard.charting.picture import Line, Picker, Picture
from leaderboard.templatetags.figures import uncapped

NOTE = (
    "Bars are 95 % intervals. The brass line joins what nothing cheaper equals. Arrows lead from a "
    "parent to the layer laid on it. The band is the baseline."
)


def draw(board: Board, query: QueryDict) -> Picture:
    """Return the picture that an address asks for."""
    chart = charts.draw(board, charts.asked(query))
    return Picture(
        title=f"{chart.quality.label} against {uncapped(chart.cost.label)}",
        summary=chart.summary,
        note=NOTE,
        figure=chart.figure,
        headings=[chart.cost.label, chart.quality.label, "95 % interval", "Pareto line"],
        lines=[
            Line(
                each.row,
                [
                    each.cost,
                    each.value,
                    f"{each.low} to {each.high}",
                    "on it" if each.is_on_front else "–",  # noqa: RUF001
                ],
            )
            for each in chart.lines
        ],
        pickers=[Picker("Quality", chart.qualities), Picker("Against", chart.costs)],
        left_out=chart.left_out,
        hidden=chart.hidden,
    )
