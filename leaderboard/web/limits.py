"""How often one person and one network may ask, and the refusal when it was too often.

Every request that changes something is counted, by what it does; one that is not in the list
counts as a write. A person is a session, a user or an API token; a network is a keyed hash.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from leaderboard.api import errors
from leaderboard.battling import proofs
from leaderboard.battling.voters import known_key
from leaderboard.web import counting
from leaderboard.web.counting import WINDOW_S
from leaderboard.web.networks import network_key

SAFE = ("GET", "HEAD", "OPTIONS")
CODE = "TOO_MANY_REQUESTS"
WRITES_PER_MINUTE = 120  # of one person, where nothing narrower is said
ACTIONS = {  # name of an address -> what asking there does
    "arena": "chat",
    "battle-next": "chat",
    "battle-prepared": "chat",
    "battle-surprise": "chat",
    "battle-ask": "chat",
    "side-by-side": "chat",
    "chat": "chat",
    "api:start_battle": "chat",
    "api:continue_battle": "chat",
    "battle-vote": "vote",
    "api:cast_vote": "vote",
    "battle-report": "report",
    "shared-report": "report",
    "api:report_battle": "report",
    "api:report_shared": "report",
    "submission-new": "submit",
    "api:submit": "submit",
    "admin:login": "login",
    "account_login": "login",
    "account_signup": "login",
    "account_reset_password": "login",
}
SENTENCES = {
    "chat": gettext_noop("You ask faster than the contenders can answer."),
    "vote": gettext_noop("You judge faster than anyone can read."),
    "report": gettext_noop("You report faster than anybody can look."),
    "submit": gettext_noop("You submit faster than anything can be measured."),
    "login": gettext_noop("There were too many attempts to sign in from where you are."),
    "write": gettext_noop("You send more than the site takes from one person."),
}
ONE_NETWORK = {"login": 2}  # a guesser changes the session at will, so the network counts


class LimitsMiddleware(MiddlewareMixin):
    """Refuses what comes too often, before any view is asked."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],  # noqa: ARG002 - Django's signature
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """Return the refusal, or None to go on."""
        if request.method in SAFE or not settings.LIMITS:
            return None
        action, now = action_of(request), timezone.now()
        if is_too_often(request, action, now=now):
            return refusal(request, action, now=now)
        return proofs.demanded(request, now=now) if action == "chat" else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Tell programs what is allowed, in the header of the IETF's draft."""
        if settings.LIMITS and request.method not in SAFE and request.path.startswith("/api/"):
            action = action_of(request)
            response["RateLimit-Policy"] = f'"{action}";q={per_minute(action)};w={WINDOW_S}'
        return response


def action_of(request: HttpRequest) -> str:
    """Return what a request does, as far as limits are concerned."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return ACTIONS.get(name, "write")


def is_too_often(request: HttpRequest, action: str, *, now: datetime) -> bool:
    """Count this request for its person and its network, and say whether either is over."""
    limit = per_minute(action)
    network_limit = limit * ONE_NETWORK.get(action, settings.NETWORK_FACTOR)
    limits = {f"{action}:network:{network_key(request, now=now)}": network_limit}
    if person := _person(request):
        limits[f"{action}:person:{person}"] = limit
    return counting.is_any_over(limits, now=now)


def per_minute(action: str) -> int:
    """Return how often one person may do this within a minute."""
    limits = {
        "chat": settings.CHATS_PER_MINUTE,
        "vote": settings.VOTES_PER_MINUTE,
        "report": settings.REPORTS_PER_MINUTE,
        "submit": settings.SUBMISSIONS_PER_MINUTE,
        "login": settings.LOGINS_PER_MINUTE,
    }
    return limits.get(action, WRITES_PER_MINUTE)


def refusal(request: HttpRequest, action: str, *, now: datetime) -> HttpResponse:
    """Return 429 as a page, or in the API's one shape, with when to come back."""
    wait_s = counting.seconds_left(now=now)
    again = ngettext(
        "Nothing was lost; try again in %(seconds)s second.",
        "Nothing was lost; try again in %(seconds)s seconds.",
        wait_s,
    )
    sentence = f"{_(SENTENCES[action])} {again % {'seconds': wait_s}}"
    if request.path.startswith("/api/"):
        response = errors.answer(429, CODE, sentence)
    else:
        told = {"code": 429, "title": _("One moment"), "sentence": sentence}
        response = render(request, "pages/problem.html", told, status=429)
    response["Retry-After"] = str(wait_s)
    response["Cache-Control"] = "no-store"
    return response


def _person(request: HttpRequest) -> str:
    """Return a hash of who asks; "" for someone new."""
    told = request.headers.get("Authorization") or known_key(request)
    return hashlib.sha256(told.encode()).hexdigest()[:32] if told else ""
