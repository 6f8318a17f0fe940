"""Contenders side by side; whoever is missing is found by name."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from evals.models import Contender
from leaderboard.comparing import comparison
from leaderboard.comparing.comparison_view import View

FOUND_MAX = 12
NAME_MAX = 120


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show the comparison that the address asks for."""
    view = View.asked(request.GET)
    text = request.GET.get("add", "").replace("\0", "").strip()[:NAME_MAX]
    found = [] if view.is_full or not text else list(_named(text, view))
    if len(found) == 1:
        address = view.address(slugs=(*view.slugs, found[0].slug))
        return redirect(reverse("compare") + address)
    try:
        page = comparison.read(view)
    except comparison.NoSuchContender as absence:
        raise Http404(str(absence)) from absence
    context = {
        "page": page,
        "text": text,
        "found": [(each, view.address(slugs=(*view.slugs, each.slug))) for each in found],
    }
    return render(request, "compare/index.html", context)


def _named(text: str, view: View) -> list[Contender]:
    """Return who may be meant; one alone where the name is exact."""
    others = Contender.objects.listed().exclude(slug__in=view.slugs)
    exact = others.filter(slug=text) | others.filter(name__iexact=text)
    like = others.filter(name__icontains=text) | others.filter(slug__icontains=text)
    return list(exact[:2]) if exact.count() == 1 else list(like.order_by("name", "pk")[:FOUND_MAX])
