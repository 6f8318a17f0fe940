"""The queue, for everybody to see; staff also see who holds which run, and until when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leaderboard.battling.voters import known_key
from leaderboard.submitting import queue_page


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show who is measured, who waits, and what answers."""
    page = queue_page.read(key=known_key(request), user_id=request.user.pk, now=timezone.now())
    return render(request, "queue/index.html", {"page": page})
