"""The cells of one row of the board, written as text: a board has thousands of them.

A template would take a tenth of a millisecond for each. Everything that came from people is
escaped here; the rest are numbers and the class names of the design.
"""

from collections.abc import Callable

from django.utils.html import escape
from django.utils.translation import gettext as _

from evals import averages
from leaderboard.boards.board_page import BoardPage
from leaderboard.boards.column import Column
from leaderboard.boards.rows import BoardRow, Cell
from leaderboard.templatetags import drawings, figures

MISSING = f'<span class="missing">{figures.MISSING}</span>'


def cells(row: BoardRow, page: BoardPage) -> str:
    """Write every cell of a row but the first."""
    with figures.in_one_language():
        return "".join(
            f'<td class="col-{column.group}" role="cell" data-label="{escape(column.label)}">'
            f"{DRAWN[column.group](row, column, page)}</td>"
            for column in page.columns[1:]
        )


def _average(row: BoardRow, _column: Column, page: BoardPage) -> str:
    cell = row.average
    if cell.value is None:
        return MISSING
    text = with_error(figures.points(cell.value), figures.points(cell.stderr))
    text += drawings.change(cell.gain, "points", row.parent_name, has_error=True)
    if cell.is_partial:
        asked = {"measured": cell.measured, "all": cell.of}
        return text + _note(
            _("%(measured)s of %(all)s") % asked,
            _("Measured on %(measured)s of %(all)s benchmarks") % asked,
        )
    return text if cell.gain else text + drawings.bar_text(cell.value, page.board.level)


def _score(row: BoardRow, column: Column, page: BoardPage) -> str:
    benchmark = column.benchmark
    if benchmark is None:
        return MISSING
    cell = row.scores[benchmark.key]
    if cell.value is None:
        return MISSING if cell.is_applicable else _not_applicable()
    if page.view.is_normalised:
        span = averages.span(benchmark)
        share = averages.normalise(cell.value, benchmark.chance_level, benchmark.best_level)
        error = None if cell.stderr is None else abs(100 * cell.stderr / span)
        text = with_error(figures.points(100 * share), figures.points(error))
        return text + _scaled(cell, row, span)
    value = figures.in_unit(cell.value, benchmark.is_percent)
    text = with_error(value, figures.in_unit(cell.stderr, benchmark.is_percent))
    unit = "percent" if benchmark.is_percent else "own"
    return text + drawings.change(cell.gain, unit, row.parent_name)


def _scaled(cell: Cell, row: BoardRow, span: float) -> str:
    """Write a gain on the scale from guessing to perfect."""
    gain = cell.gain.scaled(100 / span) if cell.gain else None
    return drawings.change(gain, "points", row.parent_name)


def _rating(row: BoardRow, _column: Column, page: BoardPage) -> str:
    rating = row.rating
    if rating is None:
        return MISSING
    low, high = figures.whole(rating.lower), figures.whole(rating.upper)
    text = f'<span class="value">{figures.whole(rating.value)}</span> <small>{low}–{high}</small>'  # noqa: RUF001
    text += drawings.interval_text(rating, page.scale, page.anchor)
    if not rating.is_provisional:
        return text
    return text + _note(
        _("provisional"), _("Fewer than %(min_votes)s votes") % {"min_votes": page.min_votes}
    )


def _figure(row: BoardRow, column: Column, _page: BoardPage) -> str:
    value = column.value(row)
    if value is None:
        return MISSING
    text = column.write(value)
    if column.key == "cost" and row.cost.is_list_price:
        text += _note(_("list price"), _("The API's list price, not our measurement"))
    if column.key == "over_base":
        return drawings.change(row.over_base, "points", row.stack[0]) or MISSING
    return text


def _text(row: BoardRow, column: Column, _page: BoardPage) -> str:
    value = column.value(row)
    return MISSING if value is None else str(escape(column.write(value)))


def _not_applicable() -> str:
    hint, text = _("Not applicable: its API gives no log-probabilities"), _("n/a")
    return f'<abbr class="missing" title="{escape(hint)}">{escape(text)}</abbr>'


def with_error(text: str, error: str) -> str:
    """Write a value, smaller its standard error; both are written already."""
    return f'<span class="value">{text}</span> <small>±{error}</small>'


def _note(text: str, hint: str) -> str:
    return f'<span class="partial" title="{escape(hint)}">{text}</span>'


DRAWN: dict[str, Callable[[BoardRow, Column, BoardPage], str]] = {
    "average": _average,
    "score": _score,
    "rating": _rating,
    "figure": _figure,
    "text": _text,
}
