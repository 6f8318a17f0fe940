"""One's own votes: what became of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leaderboard.battling import vote_list
from leaderboard.battling.voters import known_key


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the visitor's votes, newest first, with why one does not count."""
    page = vote_list.read(voter=known_key(request), number=request.GET.get("page", "1"))
    return render(request, "votes/index.html", {"votes": page})
