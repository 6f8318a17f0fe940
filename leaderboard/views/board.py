"""The board, as its reader wants it sorted, searched and folded; and the same as a file."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evals.models import Suite
from leaderboard.boards import exports, snapshots, viewing
from leaderboard.boards.board_page import BoardPage
from leaderboard.templatetags.figures import in_one_language
from leaderboard.web import freshness


@require_safe
@in_one_language()
def index(request: HttpRequest) -> HttpResponse:
    """Show the board; the address says how."""
    view = viewing.asked(request.GET)
    snapshot = snapshots.current(view.suite)
    etag = freshness.etag_of(request, snapshot.version)
    if answer := freshness.unchanged(request, etag):
        return answer
    content = snapshot.board.kept(("page", view, get_language()), lambda: _content(snapshot, view))
    text = render_to_string("board/index.html", {"content": content}, request)
    answer = freshness.sent(text, etag, holds_until=snapshots.holds_until(view.suite))
    answer.headers["HX-Push-Url"] = f"{request.path}{view.address()}"
    return answer


def _content(snapshot: snapshots.Snapshot, view: viewing.View) -> SafeString:
    suites = list(Suite.objects.current().order_by("key"))
    page = BoardPage(snapshot.board, view, suites)
    return render_to_string("board/_content.html", {"page": page})


@require_safe
async def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send every line of the view as a file, piece by piece."""
    if kind not in exports.KINDS:
        raise Http404(_("The board comes as csv, json or parquet."))
    view = viewing.asked(request.GET)
    snapshot = await sync_to_async(snapshots.current)(view.suite)
    pieces = exports.KINDS[kind].write(snapshot.board, view)
    answer = StreamingHttpResponse(_sent(pieces), content_type=exports.KINDS[kind].content_type)
    name = f"board-{snapshot.board.suite.key if snapshot.board.suite else 'empty'}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Make each piece in a thread, so that other readers are served meanwhile."""
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece
