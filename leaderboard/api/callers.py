"""Who calls: a person's script, the starter of a battle, the browser of a cookie, or someone new.

The reasoning is in docs/decisions/0002-api-callers.md. A request that changes something is JSON
and small; one that is known by its cookie also carries the CSRF token, because browsers send
cookies unasked.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from accounts import tokens
from accounts.models import User
from leaderboard.api.errors import ApiRefused
from leaderboard.battling import voters
from leaderboard.web import staff

SALT = "leaderboard.api.caller"
TOKEN_AGE_S = 30 * 24 * 3600
MAX_BODY_BYTES = 1_000_000
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: their voter's key ("" for a reader without one), and their account if any."""

    key: str
    user: User | None = None

    def token(self) -> str:
        """Return what proves later that this caller is the same."""
        return signing.dumps(self.key, salt=SALT)


class ApiRequest(HttpRequest):
    """A request whose caller is known to the endpoint."""

    auth: Caller


def member(request: ApiRequest) -> User:
    """Return who asks; `StaffCaller` saw to it that it is somebody."""
    assert request.auth.user is not None  # noqa: S101
    return request.auth.user


class KnownCaller(HttpBearer):
    """Find out who calls. Someone unknown is nobody: they can read what is public."""

    openapi_bearerFormat = "a token of /me/, or the one that POST /battles answered"  # noqa: N815

    def __init__(self, scope: str = "read") -> None:
        super().__init__()
        self.scope = scope  # what a person's token must allow

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller, or raise ApiRefused."""
        if request.method not in SAFE_METHODS:
            self.refuse_unreadable(request)
        header = request.headers.get("Authorization")
        if header is not None:
            return _by_token(header, self.scope)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return _by_cookie(request)
        return self.newcomer()

    def refuse_unreadable(self, request: HttpRequest) -> None:
        """Refuse a body that is no small JSON."""
        _refuse_unreadable(request)

    def newcomer(self) -> Caller:
        """Return who someone without token and cookie is."""
        return Caller(key="")

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Ninja's hook; __call__ does the work."""


class AnyCaller(KnownCaller):
    """Find out who calls; someone unknown gets a key of their own."""

    def newcomer(self) -> Caller:
        """Return a caller nobody has met."""
        return Caller(key=voters.new_key())


class StaffCaller(KnownCaller):
    """Find out who calls, and let in staff with one permission (`leaderboard.web.staff`)."""

    def __init__(self, permission: str, scope: str = "read") -> None:
        super().__init__(scope)
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller, or raise ApiRefused."""
        caller = super().__call__(request)
        if not staff.may(caller.user, self.permission):
            raise ApiRefused(403, "STAFF_ONLY", "Only staff may do that here. Ask the operator.")
        return caller


class Uploader(AnyCaller):
    """Find out who calls with files: a form in parts, as large as an upload may be."""

    def refuse_unreadable(self, request: HttpRequest) -> None:
        """Refuse a body that is no form, or larger than any upload, before it is read."""
        if request.content_type != "multipart/form-data":
            raise ApiRefused(
                415, "NOT_A_FORM", "Send the files as a form, Content-Type: multipart/form-data."
            )
        most = settings.UPLOAD_MAX_BYTES + MAX_BODY_BYTES
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise ApiRefused(413, "TOO_LARGE", f"An upload has at most {most:,} bytes.")


def _by_token(header: str, scope: str) -> Caller:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise _bad_token()
    token = token.strip()
    return _person(token, scope) if token.startswith(tokens.PREFIX) else _starter(token)


def _person(secret: str, scope: str) -> Caller:
    """Return the person whose token it is."""
    try:
        user = tokens.owner(secret=secret, scope=scope, now=timezone.now())
    except tokens.TokenRefused as refusal:
        status = 403 if isinstance(refusal, tokens.ScopeMissing) else 401
        raise ApiRefused(status, refusal.code, str(refusal)) from refusal
    return Caller(key=voters.key_of(user), user=user)


def _starter(token: str) -> Caller:
    """Return whoever started the battle that this token came with."""
    try:
        return Caller(key=signing.loads(token, salt=SALT, max_age=TOKEN_AGE_S))
    except signing.BadSignature as error:
        raise _bad_token() from error


def _by_cookie(request: HttpRequest) -> Caller:
    if request.method not in SAFE_METHODS and check_csrf(request):
        raise ApiRefused(
            403, "CSRF", "With a cookie, send the CSRF token as X-CSRFToken; or use a token."
        )
    key = voters.voter_key(request) if request.method == "POST" else voters.known_key(request)
    return Caller(key=key, user=request.user if request.user.is_authenticated else None)


def _bad_token() -> ApiRefused:
    return ApiRefused(400, "BAD_TOKEN", "The token is not valid. Get a new one from POST /battles.")


def _refuse_unreadable(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise ApiRefused(415, "NOT_JSON", "Send JSON, with Content-Type: application/json.")
    try:
        too_large = len(request.body) > MAX_BODY_BYTES
    except RequestDataTooBig:
        too_large = True
    if too_large:
        raise ApiRefused(413, "TOO_LARGE", f"A body has at most {MAX_BODY_BYTES:,} bytes.")
