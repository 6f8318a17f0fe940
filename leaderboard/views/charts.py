"""Quality against cost, drawn and told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard import charts, finders, snapshots


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the chart that the address asks for."""
    choice = charts.asked(request.GET)
    table = snapshots.current(choice.suite).board
    context = {"chart": charts.draw(table, choice), "style_guards": finders.style_guards()}
    return render(request, "charts/index.html", context)
