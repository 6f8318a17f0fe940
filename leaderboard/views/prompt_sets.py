"""Staff keep prompt sets: look at them, import one, offer it or hold it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from arena import prompts
from arena.models import PromptSet
from leaderboard.battling import prompt_set_page
from leaderboard.web import staff


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff.only(staff.KEEP_PROMPTS)
def index(request: HttpRequest) -> HttpResponse:
    """Show every set; a POST imports a file."""
    return _import(request) if request.method == "POST" else _page(request)


@require_POST
@staff.only(staff.KEEP_PROMPTS)
def offer(request: HttpRequest, key: str) -> HttpResponse:
    """Offer a set, or hold it back."""
    found = get_object_or_404(PromptSet, key=key)
    is_offered = request.POST.get("offered") == "1"
    prompts.offer(prompt_set=found, is_offered=is_offered, by=staff.member(request))
    told = _("“{title}” is offered.") if is_offered else _("“{title}” is held back.")
    messages.success(request, told.format(title=found.title))
    return redirect("prompt-set-list")


def _import(request: HttpRequest) -> HttpResponse:
    key, title = request.POST.get("key", "").strip(), request.POST.get("title", "")
    file = request.FILES.get("file")
    source = file.read(prompts.MAX_BYTES + 1) if file else b""
    try:
        loaded = prompts.load(source=source, key=key, title=title, by=staff.member(request))
    except prompts.BadPromptFile as refused:
        page = prompt_set_page.read(key=key, title=title, refused=refused)
        context = {"page": page}
        return render(request, "prompts/index.html", context, status=refused.status)
    told = _("{added} prompts added to “{title}”; {known} were there already.")
    messages.success(
        request,
        told.format(added=loaded.added, title=loaded.prompt_set.title, known=loaded.known),
    )
    return redirect("prompt-set-list")


def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "prompts/index.html", {"page": prompt_set_page.read()})
