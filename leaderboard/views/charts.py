"""The charts, drawn and told; and their numbers as a file."""

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard.boards import exports, snapshots, viewing
from leaderboard.charting import chart_page
from leaderboard.charting.picture import Picture
from leaderboard.templatetags.figures import in_one_language
from leaderboard.web import finders, freshness


@require_safe
@in_one_language()
def index(request: HttpRequest, kind: str = "cost") -> HttpResponse:
    """Show the chart that the address asks for."""
    if kind not in chart_page.KINDS:
        raise Http404(_("There is no such chart."))
    suite = request.GET.get("suite", "")[:60]
    snapshot = snapshots.current(suite)
    etag = freshness.etag_of(request, f"{snapshot.version} {timezone.now().date()}")
    if answer := freshness.unchanged(request, etag):
        return answer
    page = chart_page.ChartPage(
        board=snapshot.board,
        view=viewing.asked(request.GET),
        kind=kind,
        query=request.GET,
        picture=_picture(request, kind),
    )
    context = {"page": page, "chart": page.picture, "style_guards": finders.style_guards()}
    text = render_to_string("charts/index.html", context, request)
    return freshness.sent(text, etag, holds_until=snapshots.holds_until(suite))


@require_safe
@in_one_language()
def data(request: HttpRequest, kind: str) -> HttpResponse:
    """Send every number of a chart as CSV."""
    if kind not in chart_page.KINDS:
        raise Http404(_("There is no such chart."))
    picture = _picture(request, kind)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["contender", "slug", *picture.headings])
    for line in picture.lines:
        who = (line.row.name, line.row.slug) if line.row else (line.name, "")
        writer.writerow([exports.safe(each) for each in (*who, *line.cells)])
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="chart-{kind}.csv"'
    return answer


def _picture(request: HttpRequest, kind: str) -> Picture:
    """Return the picture, drawn once for everybody who asks for the same one."""
    board = snapshots.current(request.GET.get("suite", "")[:60]).board
    today = timezone.now().date()
    key = ("picture", kind, request.GET.urlencode()[:1000], get_language(), today)
    return board.kept(key, lambda: chart_page.draw(kind, board, request.GET, today=today))
