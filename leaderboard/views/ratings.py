"""Ratings by category, weight class and style; their history; who won against whom."""

import csv
import io
import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard.battling import pair_weights
from leaderboard.ratings import rating_board, rating_choice, rating_history, rating_matrix
from leaderboard.web import finders

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the ratings that the address asks for."""
    page = rating_board.read(rating_choice.asked(request.GET))
    context = {
        "page": page,
        "min_votes": settings.RATING_MIN_VOTES,
        "anchor": settings.RATING_ANCHOR,
    }
    return render(request, "ratings/index.html", context)


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Send the same as a file."""
    if kind not in TYPES:
        raise Http404(_("The ratings come as csv or json."))
    page = rating_board.read(rating_choice.asked(request.GET))
    rows = [line.values() for line in page.lines]
    text = json.dumps(rows, indent=1) if kind == "json" else _csv(rows)
    answer = HttpResponse(text, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="ratings-{page.choice.category}.{kind}"'
    return answer


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one contender's rating over time."""
    page = rating_history.read(slug)
    if page is None:
        raise Http404(_("There is no such contender."))
    context = {"page": page, "style_guards": finders.style_guards()}
    return render(request, "ratings/history.html", context)


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Show win rates and counts of battles."""
    page = rating_matrix.read(rating_choice.asked(request.GET))
    return render(request, "ratings/matrix.html", {"page": page})


@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """Show how pairs are drawn."""
    return render(request, "ratings/pairs.html", {"page": pair_weights.read(now=timezone.now())})


def _csv(rows: list[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rating_board.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
