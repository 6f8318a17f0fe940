"""The arena's pages: ask, watch two unnamed answers, judge, see who wrote them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arena.battles import BattleRefused, take_prepared
from arena.models import Battle
from arena.votes import BadChoice, VoteRejected
from leaderboard.battling import arena_page, battle_page, battles
from leaderboard.battling.prompt_form import SuggestionForm
from leaderboard.battling.voters import known_key, voter_key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def arena(request: HttpRequest) -> HttpResponse:
    """Show where a battle begins; a POST begins one."""
    return _start(request) if request.method == "POST" else _page(request)


@require_POST
def prepared(request: HttpRequest) -> HttpResponse:
    """Give the visitor a battle that is answered already."""
    try:
        battle = take_prepared(voter=voter_key(request), now=timezone.now())
    except BattleRefused as refusal:
        return _refused(request, refusal)
    if battle is None:
        messages.info(request, _("No prepared battle is left right now. Ask something yourself."))
        return redirect("arena")
    return _shown(battle)


@require_POST
def surprise(request: HttpRequest) -> HttpResponse:
    """Begin a battle over any suggested prompt."""
    source = battles.suggestion()
    if source is None:
        return redirect("arena")
    now = timezone.now()
    try:
        battle = battles.start_suggested(voter=voter_key(request), source=source, now=now)
    except BattleRefused as refusal:
        return _refused(request, refusal)
    return _shown(battle)


@require_POST
def next_battle(request: HttpRequest) -> HttpResponse:
    """Give the visitor the quickest next battle: a prepared one, or else a suggested prompt."""
    try:
        battle = take_prepared(voter=voter_key(request), now=timezone.now())
    except BattleRefused as refusal:
        return _refused(request, refusal)
    return _shown(battle) if battle else surprise(request)


@never_cache
@require_safe
def battle(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Show a battle to the person whose it is."""
    found = battles.of_voter(battle_id, known_key(request))
    page = battle_page.read(found, now=timezone.now())
    suggestion = battles.suggestion() if page.verdict else None
    return render(request, "arena/battle.html", {"battle": page, "suggestion": suggestion})


@require_POST
def vote(request: HttpRequest, battle_id: UUID) -> HttpResponse:
    """Record the verdict and show who was who."""
    voter = known_key(request)
    found = battles.of_voter(battle_id, voter)
    choice = request.POST.get("choice", "")
    try:
        battles.judge(battle=found, voter=voter, choice=choice, now=timezone.now())
    except BadChoice as rejection:
        return HttpResponseBadRequest(rejection.sentence)
    except VoteRejected as rejection:
        messages.warning(request, rejection.sentence)
    return _shown(found)


def _start(request: HttpRequest) -> HttpResponse:
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        return _page(request, sentence=_("There is no such suggestion."), status=400)
    source, now = form.cleaned_data["source"], timezone.now()
    prompt = source.text if source else request.POST.get("prompt", "")
    try:
        started = battles.start(voter=voter_key(request), prompt=prompt, source=source, now=now)
    except BattleRefused as refusal:
        return _page(request, prompt, refusal.sentence, refusal.status)
    return _shown(started)


def _page(
    request: HttpRequest, prompt: str = "", sentence: str = "", status: int = 200
) -> HttpResponse:
    page = arena_page.read(prompt=prompt, problem=sentence, now=timezone.now())
    return render(request, "arena/arena.html", {"arena": page}, status=status)


def _refused(request: HttpRequest, refusal: BattleRefused) -> HttpResponse:
    messages.warning(request, refusal.sentence)
    return redirect("arena")


def _shown(battle: Battle) -> HttpResponse:
    return redirect("battle-detail", battle.pk)
