"""A person's own page, and what they can do there."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions, tokens
from accounts.models import User
from leaderboard.battling.voters import known_key
from leaderboard.submitting import person_page

URL_MAX = 500


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what this person, or this browser, did here."""
    user = request.user if isinstance(request.user, User) else None
    page = person_page.read(user=user, key=known_key(request))
    return render(request, "me/index.html", {"page": page})


@require_POST
@never_cache
@login_required
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret in this answer, and never again."""
    user = _person(request)
    scopes, name = request.POST.getlist("scope"), request.POST.get("name", "")
    try:
        token, secret = tokens.issue(
            user=user, name=name.replace("\0", "")[:60], scopes=scopes, now=timezone.now()
        )
    except tokens.TokenRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("me")
    page = person_page.read(user=user, key=known_key(request))
    context = {"page": page, "made": token, "secret": secret}
    return render(request, "me/index.html", context, status=201)


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token."""
    if tokens.revoke(user=_person(request), token_id=token_id, now=timezone.now()):
        messages.success(request, _("The token is revoked: it opens nothing any more."))
    else:
        messages.info(request, _("There is no such token of yours that still works."))
    return redirect("me")


@require_POST
@login_required
def choose_notices(request: HttpRequest) -> HttpResponse:
    """Keep how new submissions propose to tell their end."""
    user, url = _person(request), request.POST.get("webhook_url", "").strip()
    if url and (len(url) > URL_MAX or "\0" in url or not url.startswith(("https://", "http://"))):
        messages.error(request, _("Nothing was changed: a webhook is an https:// address."))
        return redirect("me")
    user.wants_email, user.webhook_url = "wants_email" in request.POST, url
    user.save(update_fields=["wants_email", "webhook_url"])
    messages.success(request, _("New submissions will propose this."))
    return redirect("me")


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every other sign-in of this person, and keep this one."""
    user = _person(request)
    sessions.end_all(user=user)
    update_session_auth_hash(request, user)
    messages.success(request, _("Every other browser is signed out."))
    return redirect("me")


@require_POST
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, once its name was typed."""
    user = _person(request)
    if request.POST.get("name", "").strip() != user.username:
        messages.error(request, _("Nothing was deleted: type your user name to confirm it."))
        return redirect("me")
    try:
        person_page.leave(user=user, now=timezone.now())
    except person_page.CannotLeave as refusal:
        messages.error(request, str(refusal))
        return redirect("me")
    logout(request)
    messages.success(request, _("Your account and everything that named you are deleted."))
    return redirect("board")


@require_POST
@never_cache
def forget_browser(request: HttpRequest) -> HttpResponse:
    """Delete what this browser, without an account, said and did; asked for twice."""
    key = known_key(request)
    if isinstance(request.user, User) or not key:
        return redirect("me")
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Nothing was deleted: tick the box to confirm it."))
        return redirect("me")
    person_page.forget_browser(key=key, now=timezone.now())
    request.session.flush()
    messages.success(
        request, _("What this browser said is deleted, and nothing names it any more.")
    )
    return redirect("me")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required saw to it
    return request.user
