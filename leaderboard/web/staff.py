"""Who may moderate and keep prompt sets: staff whose permissions say so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User

MODERATE = "arena.add_ruling"
KEEP_PROMPTS = "arena.add_promptset"
View = Callable[..., HttpResponse]


def may(user: object, permission: str) -> bool:
    """Say whether this is a member of staff who may do that."""
    return isinstance(user, User) and user.is_staff and user.has_perm(permission)


def only(permission: str) -> Callable[[View], View]:
    """Have a view answer staff alone; someone unknown is asked to sign in first."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, permission):
                raise PermissionDenied(_("This page is for the site's staff."))
            return view(request, *args, **kwargs)

        return guarded

    return wrapped


def member(request: HttpRequest) -> User:
    """Return who asks; `only` saw to it that it is somebody."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user
