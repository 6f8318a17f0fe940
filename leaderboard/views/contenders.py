"""One contender: what it is made of, what each layer added, what it costs; and its badge."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from leaderboard.boards import snapshots
from leaderboard.contenders import badges, contender_page, model_cards
from leaderboard.templatetags.figures import in_one_language
from leaderboard.web import freshness

BADGE_S = 300


@require_safe
@in_one_language()
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything known about a contender."""
    suite = request.GET.get("suite", "")[:60]
    page = contender_page.read(slug, suite_key=suite, now=timezone.now())
    if page is None:
        raise Http404(_("There is no such contender."))
    address = request.build_absolute_uri(request.path)
    context = {
        "page": page,
        "badge": request.build_absolute_uri(reverse("contender-badge", args=[slug])),
        "address": address,
        "card": model_cards.snippet(page.row, page.board, address),
    }
    text = render_to_string("contenders/detail.html", context, request)
    etag = freshness.etag_of(request, hashlib.sha256(text.encode()).hexdigest())
    if answer := freshness.unchanged(request, etag):
        return answer
    return freshness.sent(text, etag, holds_until=snapshots.holds_until(suite))


def _version(_request: HttpRequest, slug: str) -> str:
    return f'"{snapshots.current().version}-{slug}"'


@require_safe
@condition(etag_func=_version)
def badge(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """Draw a contender's average for a README."""
    board = snapshots.current().board
    row = board.by_slug.get(slug)
    if row is None:
        raise Http404(_("There is no such contender."))
    place, _is_shared = contender_page.place_of(row, board)
    answer = HttpResponse(
        badges.svg(settings.SITE_NAME, row, place), content_type="image/svg+xml; charset=utf-8"
    )
    answer.headers["Cache-Control"] = f"public, max-age={BADGE_S}"
    return answer
