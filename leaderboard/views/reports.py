"""Report a battle, an answer, or a battle that somebody shares: a page of its own, for anyone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from arena import reports
from arena.models import Battle, SharedBattle
from leaderboard.battling import battles, report_page
from leaderboard.battling.voters import known_key, voter_key

ASKED = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(ASKED)
def battle(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Report one's own battle, or an answer in it."""
    found = battles.of_voter(battle_id, known_key(request))
    return _answer(request, found, back=reverse("battle-detail", args=[battle_id]))


@never_cache
@require_http_methods(ASKED)
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """Report a battle that its voter shares."""
    found = get_object_or_404(SharedBattle.objects.select_related("battle"), key=key)
    return _answer(request, found.battle, back=reverse("battle-shared", args=[key]))


def _answer(request: HttpRequest, battle: Battle, *, back: str) -> HttpResponse:
    if request.method != "POST":
        page = report_page.read(battle, back=back, place=request.GET.get("at", ""))
        return render(request, "moderation/report.html", {"page": page})
    given = {name: request.POST.get(name, "") for name in ("place", "reason", "words")}
    try:
        reports.file(
            battle=battle,
            reporter=voter_key(request),
            complaint=report_page.complaint(**given),
            now=timezone.now(),
        )
    except reports.ReportRefused as refusal:
        page = report_page.read(battle, back=back, problem=refusal.sentence, **given)
        return render(request, "moderation/report.html", {"page": page}, status=refusal.status)
    messages.success(request, _("Thank you: staff will look at it."))
    return redirect(back)
