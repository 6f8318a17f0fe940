"""Staff look at what was reported, decide, and turn decisions round."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from arena.models import Battle, Ruling
from arena.rulings import Decision, RulingRefused
from leaderboard.battling import moderating, moderation_page
from leaderboard.web import staff


@never_cache
@require_safe
@staff.only(staff.MODERATE)
def queue(request: HttpRequest) -> HttpResponse:
    """Show the battles that people reported, and the newest decisions."""
    page = moderation_page.queue(number=request.GET.get("page", "1"))
    return render(request, "moderation/queue.html", {"queue": page})


@never_cache
@require_safe
@staff.only(staff.MODERATE)
def case(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Show one battle with everything that was said and decided about it."""
    found = moderation_page.case(battle_id)
    if found is None:
        raise Http404(_("There is no such battle."))
    return render(request, "moderation/case.html", {"case": found})


@require_POST
@staff.only(staff.MODERATE)
def decide(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Decide about a battle."""
    battle, days = get_object_or_404(Battle, pk=battle_id), request.POST.get("days", "")
    decision = Decision(
        kind=request.POST.get("kind", ""),
        reason=request.POST.get("reason", ""),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
    )
    try:
        ruling = moderating.decide(
            battle=battle, decision=decision, by=staff.member(request), now=timezone.now()
        )
    except RulingRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("case-detail", battle.pk)
    messages.success(request, f"{ruling.get_kind_display()}. {_('It is in the log.')}")
    return redirect("case-list")


@require_POST
@staff.only(staff.MODERATE)
def undo(request: HttpRequest, ruling_id: int) -> HttpResponse:
    """Turn a decision round."""
    ruling = get_object_or_404(Ruling, pk=ruling_id)
    moderating.undo(ruling=ruling, by=staff.member(request), now=timezone.now())
    messages.success(request, _("Undone: the case is open again."))
    return redirect("case-detail", ruling.battle_id)
