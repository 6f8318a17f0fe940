"""Talk to contenders by name: two side by side, or one alone. Nothing of it ever counts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from arena.battles import BattleRefused
from leaderboard.battling import battles, named_page
from leaderboard.battling.voters import voter_key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def side_by_side(request: HttpRequest) -> HttpResponse:
    """Put a prompt to two contenders of one's choice."""
    return _open(request, ("a", "b"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chat(request: HttpRequest) -> HttpResponse:
    """Talk to one contender."""
    return _open(request, ("with",))


def _open(request: HttpRequest, fields: tuple[str, ...]) -> HttpResponse:
    if request.method != "POST":
        return _page(request, fields)
    prompt = request.POST.get("prompt", "")
    slugs = [request.POST.get(field, "") for field in fields]
    try:
        battle = battles.open_named(
            voter=voter_key(request), prompt=prompt, slugs=slugs, now=timezone.now()
        )
    except BattleRefused as refusal:
        return _page(request, fields, prompt, refusal)
    return redirect("battle-detail", battle.pk)


def _page(
    request: HttpRequest,
    fields: tuple[str, ...],
    prompt: str = "",
    refusal: BattleRefused | None = None,
) -> HttpResponse:
    page = named_page.read(
        is_chat=len(fields) == 1,
        chosen=(request.POST if refusal else request.GET).dict(),
        now=timezone.now(),
        prompt=prompt or request.GET.get("prompt", ""),
        problem=str(refusal or ""),
    )
    status = refusal.status if refusal else 200
    return render(request, "arena/named.html", {"page": page}, status=status)
