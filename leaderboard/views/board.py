"""The board, as its reader wants it sorted, searched and folded."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evals.models import Suite
from leaderboard import arrangement, board
from leaderboard.rows import BoardRow


def index(request: HttpRequest) -> HttpResponse:
    """Show the whole board; the address says how."""
    view = arrangement.asked(request.GET)
    table = board.read(suite=board.suite_named(view.suite))
    return render(
        request,
        "board/index.html",
        {
            "board": table,
            "view": view,
            "columns": arrangement.columns(table, view),
            "lines": arrangement.arrange(table, view),
            "layouts": arrangement.layouts(view),
            "suites": Suite.objects.current().order_by("key"),
            "scale": _scale(table.rows),
            "anchor": settings.RATING_ANCHOR,
            "min_votes": settings.RATING_MIN_VOTES,
            "is_live": any(row.progress and row.progress.is_unfinished for row in table.rows),
        },
    )


def _scale(rows: tuple[BoardRow, ...]) -> tuple[float, float]:
    """Return the span that holds every interval of the rating column."""
    ratings = [row.rating for row in rows if row.rating]
    if not ratings:
        return (0.0, 0.0)
    return (min(each.lower for each in ratings), max(each.upper for each in ratings))
