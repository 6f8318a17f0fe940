"""Quality against cost, as a picture like the others; `charts.py` finds the points."""

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.board import Board
from leaderboard.boards.column import worded
from leaderboard.charting import charts
from leaderboard.charting.picture import Line, Picker, Picture
from leaderboard.templatetags.figures import between, uncapped

NOTE = gettext_noop(
    "Bars are 95 % intervals. The brass line joins what nothing cheaper equals. "
    "Arrows lead from a parent to the layer laid on it. The band is the baseline."
)


def draw(board: Board, query: QueryDict) -> Picture:
    """Return the picture that an address asks for."""
    chart = charts.draw(board, charts.asked(query))
    return Picture(
        title=_("%(quality)s against %(cost)s")
        % {"quality": chart.quality.label, "cost": uncapped(chart.cost.label)},
        summary=chart.summary,
        note=_(NOTE),
        figure=chart.figure,
        headings=[chart.cost.label, chart.quality.label, _("95 % interval"), _("Pareto line")],
        lines=[
            Line(
                each.row,
                [
                    each.cost,
                    each.value,
                    between(each.low, each.high),
                    _("on it") if each.is_on_front else "–",  # noqa: RUF001
                ],
            )
            for each in chart.lines
        ],
        pickers=[Picker(_("Quality"), chart.qualities), Picker(_("Against"), chart.costs)],
        left_out=chart.left_out,
        hidden=chart.hidden,
        want=worded(chart.cost.want),
    )
