"""What each layer gained in benchmarks beside what it gained in votes: do they agree?"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow, Gain
from leaderboard.charting import bars, drawing
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import plural, points, signed

AGREE, DISAGREE, UNSURE = gettext_noop("agree"), gettext_noop("disagree"), gettext_noop("not sure")
Layer = tuple[BoardRow, Gain, Gain]  # whose, in benchmarks, in votes


def draw(board: Board, asked: Asked) -> Picture:
    """Return one point a layer."""
    adapters = [row for row in asked.rows(board) if row.is_adapter]
    layers = [
        (row, row.average.gain, row.rating.gain)
        for row in adapters
        if row.average.gain and row.rating and row.rating.gain
    ]
    drawn = {row.slug for row, _scores, _votes in layers}
    return Picture(
        title=_("Gain in benchmarks against gain in votes"),
        summary=_summary(layers),
        note=_(
            "Each point is a layer against its parent. Right of the line it helped in "
            "benchmarks, above it in votes. Bars are 95 % intervals; one that crosses a "
            "line is no sure gain."
        ),
        figure=_figure(layers),
        headings=[_("Benchmarks"), _("Votes"), _("Verdict")],
        lines=[
            Line(row, [_told(scores, 1), _told(votes, 0), _(_verdict(scores, votes))])
            for row, scores, votes in layers
        ],
        left_out=[row for row in adapters if row.slug not in drawn],
    )


def _told(gain: Gain, digits: int) -> str:
    return f"{signed(gain.difference, digits)} ± {points(gain.stderr, digits)}"


def _verdict(scores: Gain, votes: Gain) -> str:
    if scores.is_noise or votes.is_noise:
        return UNSURE
    return AGREE if scores.is_better == votes.is_better else DISAGREE


def _figure(layers: list[Layer]) -> dict[str, Any]:
    across = [bars.interval(scores.difference, scores.stderr) for _row, scores, _votes in layers]
    upright = [bars.interval(votes.difference, votes.stderr) for _row, _scores, votes in layers]
    layout = drawing.frame()
    ruler: dict[str, Any] = {"zeroline": True, "zerolinecolor": drawing.INK, "zerolinewidth": 1}
    layout["xaxis"] = drawing.axis(_("Gain in the average, points"), **ruler)
    layout["yaxis"] = drawing.axis(_("Gain in the rating, points"), **ruler)
    layout["showlegend"] = False
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [each[0] for each in across],
                "y": [each[0] for each in upright],
                "error_x": drawing.errors(across, drawing.BLUE),
                "error_y": drawing.errors(upright, drawing.BLUE),
                "marker": {"color": drawing.BLUE, "symbol": "diamond", "size": 11},
                "text": [
                    drawing.plain(row.name) if len(layers) <= drawing.LABELS_MAX else ""
                    for row, _scores, _votes in layers
                ],
                "textposition": "top right",
                "textfont": {"color": drawing.INK, "size": 12},
                "customdata": [drawing.address_of(row) for row, _scores, _votes in layers],
                "hovertext": [
                    _("%(name)s<br>Benchmarks %(scores)s<br>Votes %(votes)s<br>Click to open")
                    % {
                        "name": drawing.plain(row.name),
                        "scores": _told(scores, 1),
                        "votes": _told(votes, 0),
                    }
                    for row, scores, votes in layers
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        ],
        "layout": layout,
    }


def _summary(layers: list[Layer]) -> str:
    if not layers:
        return _("No layer has both a score and a rating, with its parent's, yet.")
    verdicts = [_verdict(scores, votes) for _row, scores, votes in layers]
    return _(
        "Of %(layers)s, benchmarks and votes surely agree on %(agreed)s and surely "
        "disagree on %(disagreed)s; for %(unsure)s the intervals are too wide to "
        "say."
    ) % {
        "layers": plural(len(layers), "layer"),
        "agreed": verdicts.count(AGREE),
        "disagreed": verdicts.count(DISAGREE),
        "unsure": verdicts.count(UNSURE),
    }
