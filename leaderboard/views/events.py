"""The public changelog."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.battling import event_list


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what was left out, retired, published or decided, newest first."""
    page = event_list.read(number=request.GET.get("page", "1"))
    return render(request, "changelog/index.html", {"changelog": page})
