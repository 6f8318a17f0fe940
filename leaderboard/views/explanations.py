"""How to read this site: its explanations, each a page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard.web import help_pages


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every explanation."""
    return render(request, "help/index.html", {"pages": help_pages.titles()})


@require_safe
def detail(request: HttpRequest, topic: str) -> HttpResponse:
    """Show one."""
    page = help_pages.read(topic)
    if page is None:
        raise Http404(_("There is no explanation of that name."))
    return render(request, "help/detail.html", {"page": page})
