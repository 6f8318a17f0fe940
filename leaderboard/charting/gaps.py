"""The gap to the baseline over time: how far the best open contender was from it, by release date.

At every release the best open contender so far is set against the best baseline so far. A
baseline is matched on the day from which a test at 5 % no longer finds open contenders behind it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leaderboard.boards import columns
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column
from leaderboard.boards.row_building import average_of
from leaderboard.boards.rows import BoardRow, Cell, Gain, difference
from leaderboard.charting import asking, bars, drawing
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import plural, points, signed

Read = Callable[[BoardRow], Cell]


@dataclass(frozen=True, slots=True)
class Moment:
    """A release that moved one of the two."""

    day: date
    best: BoardRow
    mark: BoardRow
    gap: Gain


def draw(board: Board, asked: Asked, *, today: date) -> Picture:
    """Return the gap at every release that changed it."""
    choices = {each.key: each.label for each in columns.of(board) if _can_be_a_gap(each)}
    asked = replace(asked, by=asking.chosen(asked.by, choices))
    read = _reader(board, asked.by)
    rows = asked.rows(board)
    baselines = [row for row in board.rows if row.is_baseline]
    dated = [row for row in rows if row.released_at and read(row).value is not None]
    drawn = {row.slug for row in dated}  # rows compare by everything in them, which is slow
    moments = list(_moments([row for row in dated if not row.is_baseline], baselines, read))
    return Picture(
        title=_("The gap to the baseline over time"),
        summary=_summary(moments, read, today),
        note=_asked_of_all(board, asked.by)
        + _(
            "Each step is the best open contender so far against the best "
            "baseline so far, by day of release. The band is the 95 % interval of the "
            "difference; at 0 they are level."
        ),
        figure=_figure(moments, choices.get(asked.by, ""), today),
        headings=[_("Released"), _("Against"), _("Gap"), _("± error")],
        lines=[_line(each) for each in moments],
        pickers=[asked.picker(_("Measured by"), choices)],
        left_out=[row for row in rows if row.slug not in drawn and not row.is_baseline],
    )


def _can_be_a_gap(column: Column) -> bool:
    is_up = not column.is_low_first
    return column.group in ("average", "rating") or (column.group == "score" and is_up)


def _reader(board: Board, by: str) -> Read:
    """Return how to read the value; averages count only what every baseline was asked."""
    if by == "average":
        marks = [row for row in board.rows if row.is_baseline and row.average.value is not None]
        shared = [
            each
            for each in board.benchmarks
            if all(row.scores[each.key].value is not None for row in marks)
        ]
        if len(shared) == len(board.benchmarks):
            return lambda row: _whole(row.average)
        return lambda row: _whole(average_of(row.scores, shared))
    column = columns.by_key(board).get(by, columns.AVERAGE)
    return lambda row: Cell(_number(column, row), column.stderr(row) if column.stderr else None)


def _asked_of_all(board: Board, by: str) -> str:
    """Say where averages count fewer benchmarks than the suite has."""
    marks = [row for row in board.rows if row.is_baseline and row.average.value is not None]
    fewest = min((row.average.measured for row in marks), default=len(board.benchmarks))
    if by != "average" or fewest == len(board.benchmarks):
        return ""
    return _("The average counts only the benchmarks that every baseline was asked.") + " "


def _whole(cell: Any) -> Cell:
    return Cell() if cell.is_partial else cell


def _number(column: Column, row: BoardRow) -> float | None:
    value = column.value(row)
    return None if value is None else float(value)


def _moments(people: list[BoardRow], baselines: list[BoardRow], read: Read) -> Iterator[Moment]:
    """Yield every release after which the best or the mark is another.

    A baseline without a day of release was always there.
    """
    values = {row.slug: read(row).value for row in (*people, *baselines)}
    known = [row for row in (*people, *baselines) if values[row.slug] is not None]
    leaders: dict[bool, BoardRow] = {}
    for day, released in groupby(sorted(known, key=_released), key=_released):
        before = {side: row.slug for side, row in leaders.items()}
        for row in released:
            ahead = leaders.get(row.is_baseline)
            if ahead is None or (values[row.slug] or 0.0) > (values[ahead.slug] or 0.0):
                leaders[row.is_baseline] = row
        if len(leaders) < 2 or before == {side: row.slug for side, row in leaders.items()}:
            continue
        if gap := _gap(leaders[False], leaders[True], read):
            yield Moment(day, leaders[False], leaders[True], gap)


def _released(row: BoardRow) -> date:
    return row.released_at or date.min


def _gap(best: BoardRow, mark: BoardRow, read: Read) -> Gain | None:
    ours = read(best)
    return difference(ours.value, ours.stderr, read(mark))


def matched(moments: list[Moment], mark: BoardRow, read: Read) -> date | None:
    """Return the day from which open contenders are not surely behind a baseline."""
    for moment in moments:
        gap = _gap(moment.best, mark, read)
        if gap and (gap.is_better or (gap.is_noise and gap.stderr is not None)):
            return moment.day
    return None


def weeks_behind(moments: list[Moment], mark: BoardRow, read: Read, today: date) -> float | None:
    """Return the weeks from a baseline's release until it was matched, or until today."""
    if mark.released_at is None:
        return None
    day = matched(moments, mark, read) or today
    return max(0.0, (day - mark.released_at).days / 7)


def _line(moment: Moment) -> Line:
    gap = moment.gap
    cells = [moment.day.isoformat(), moment.mark.name, signed(gap.difference), points(gap.stderr)]
    return Line(moment.best, cells)


def _days_axis(moments: list[Moment]) -> dict[str, Any]:
    """Return an axis of at least four weeks, so that a day is never split."""
    span: dict[str, Any] = {}
    if moments:
        first, last = moments[0].day, moments[-1].day
        room = max(timedelta(days=1), (timedelta(weeks=4) - (last - first)) / 2)
        span = {"range": [(first - room).isoformat(), (last + room).isoformat()]}
    return drawing.axis(
        _("Day of release"), is_ruled=True, type="date", tickformat=drawing.day_format(), **span
    )


def _figure(moments: list[Moment], label: str, today: date) -> dict[str, Any]:
    moments = [*moments, replace(moments[-1], day=today)] if moments else []
    spans = [bars.interval(each.gap.difference, each.gap.stderr) for each in moments]
    days = [each.day.isoformat() for each in moments]
    layout = drawing.frame()
    layout["showlegend"] = False
    layout["xaxis"] = _days_axis(moments)
    layout["yaxis"] = drawing.axis(
        _("%(label)s: best open contender minus best baseline") % {"label": label},
        zeroline=True,
        zerolinecolor=drawing.HARM,
        zerolinewidth=1.4,
    )
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0, "shape": "hv"}}
    return {
        "data": [
            {**edge, "x": days, "y": [low for _v, low, _h in spans], "hoverinfo": "skip"},
            {
                **edge,
                "x": days,
                "y": [high for _v, _l, high in spans],
                "hoverinfo": "skip",
                "fill": "tonexty",
                "fillcolor": drawing.SHADE,
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": days,
                "y": [value for value, _l, _h in spans],
                "line": {"color": drawing.INK, "width": 2, "shape": "hv"},
                "marker": {"color": drawing.INK, "size": 9},
                "customdata": [drawing.address_of(each.best) for each in moments],
                "hovertext": [_told(each) for each in moments],
                "hovertemplate": "%{hovertext}<extra></extra>",
            },
        ],
        "layout": layout,
    }


def _told(moment: Moment) -> str:
    gap = moment.gap
    best, mark = drawing.plain(moment.best.name), drawing.plain(moment.mark.name)
    return _("%(day)s<br>%(best)s: %(difference)s ± %(stderr)s<br>to %(mark)s<br>Click to open") % {
        "day": date_format(moment.day, "j M Y"),
        "best": best,
        "difference": signed(gap.difference),
        "stderr": points(gap.stderr),
        "mark": mark,
    }


def _summary(moments: list[Moment], read: Read, today: date) -> str:
    if not moments:
        return _("It takes an open contender and a baseline with days of release to draw a gap.")
    last = moments[-1]
    gap, mark = last.gap, last.mark
    told = {
        "name": last.best.name,
        "size": points(abs(gap.difference)),
        "stderr": points(gap.stderr),
        "mark": mark.name,
    }
    text = _where(gap.difference) % told
    if mark.released_at is None:
        return f"{text}."
    weeks = weeks_behind(moments, mark, read, today)
    took = {"text": text, "weeks": plural(round(weeks or 0), "week")}
    if matched(moments, mark, read):
        return _("%(text)s; it took %(weeks)s from the baseline's release to match it.") % took
    return _("%(text)s: %(weeks)s behind, and not matched yet.") % took


def _where(difference: float) -> str:
    if difference == 0:
        return _("%(name)s is %(size)s points (± %(stderr)s) level with %(mark)s")
    if difference > 0:
        return _("%(name)s is %(size)s points (± %(stderr)s) ahead of %(mark)s")
    return _("%(name)s is %(size)s points (± %(stderr)s) behind %(mark)s")
