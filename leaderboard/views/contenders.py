"""One contender: what it is made of, what each layer added, what it costs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard import contender_page


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything known about a contender."""
    page = contender_page.read(slug, suite_key=request.GET.get("suite", ""))
    if page is None:
        raise Http404("There is no such contender.")
    return render(request, "contenders/detail.html", {"page": page})
