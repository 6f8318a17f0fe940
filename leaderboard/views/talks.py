"""What else one does with a battle: ask on, stop, leave, say why, show it to others."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from arena import erasing, feedback, rulings, sharing
from arena.battles import BattleRefused, NotVotedYet
from arena.feedback import FeedbackRefused
from arena.models import SharedBattle
from leaderboard.battling import battles, shared_page
from leaderboard.battling.voters import known_key


@require_POST
def ask(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Put another prompt to both sides."""
    voter, prompt = known_key(request), request.POST.get("prompt", "")
    battle = battles.of_voter(battle_id, voter)
    try:
        battles.ask(battle=battle, voter=voter, prompt=prompt, now=timezone.now())
    except BattleRefused as refusal:
        messages.warning(request, str(refusal))
    return redirect("battle-detail", battle.pk)


@require_POST
def stop(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """End both answers where they are."""
    voter = known_key(request)
    battle = battles.of_voter(battle_id, voter)
    with suppress(BattleRefused):  # complete a moment before: the page shows it
        battles.stop(battle=battle, voter=voter, now=timezone.now())
    return redirect("battle-detail", battle.pk)


@require_POST
def leave(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Give a battle up and begin anew."""
    voter = known_key(request)
    battle = battles.of_voter(battle_id, voter)
    battles.leave(battle=battle, voter=voter, now=timezone.now())
    return redirect("arena")


@require_POST
def explain(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Keep the reasons of a vote."""
    voter = known_key(request)
    battle = battles.of_voter(battle_id, voter)
    try:
        feedback.tell(
            battle=battle,
            voter=voter,
            a=request.POST.getlist("a"),
            b=request.POST.getlist("b"),
            comment=request.POST.get("comment", ""),
            now=timezone.now(),
        )
    except FeedbackRefused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("Thank you: your reasons are kept with the vote."))
    return redirect("battle-detail", battle.pk)


@require_POST
def share(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Give a judged battle a public address, or take it away again."""
    voter = known_key(request)
    battle = battles.of_voter(battle_id, voter)
    try:
        if "revoke" in request.POST:
            sharing.revoke(battle=battle, voter=voter)
        else:
            sharing.share(battle=battle, voter=voter, now=timezone.now())
    except (NotVotedYet, BattleRefused) as refusal:
        messages.warning(request, str(refusal))
    return redirect("battle-detail", battle.pk)


@require_POST
def erase(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Delete what was said in a conversation; a verdict stays."""
    voter = known_key(request)
    battle = battles.of_voter(battle_id, voter)
    erasing.of_battle(battle=battle, voter=voter, now=timezone.now())
    messages.success(request, _("What was said here is deleted for good."))
    return redirect("battle-detail", battle.pk)


@never_cache
@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """Show a battle that its voter shares, to anyone who has the address."""
    rows = SharedBattle.objects.select_related("battle__contender_a", "battle__contender_b")
    found = get_object_or_404(rows, key=key)
    if rulings.is_withdrawn(found.battle):
        return render(request, "moderation/withdrawn.html", status=410)
    page = shared_page.read(found, address=request.build_absolute_uri())
    return render(request, "arena/shared.html", {"page": page})
