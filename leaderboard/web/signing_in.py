"""What happens around signing in: who may open an account, and whose earlier work was it.

Called by allauth, which does the signing in itself.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from arena import ownership as votes_ownership
from evals import ownership as submissions_ownership
from leaderboard.battling import voters


class AccountPolicy(DefaultAccountAdapter):  # type: ignore[misc]
    """Name or e-mail, and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Say whether anybody may open an account."""
        return bool(settings.SIGN_UP_OPEN)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Give the person what their browser did before they signed in."""
        adopt(request, user)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer


class ProviderPolicy(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An account that a person has elsewhere."""

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """Return a provider's keys; one that the operator has not set up does not exist."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404(_("Signing in that way is not set up here.")) from error

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002
        """Say whether anybody may open an account."""
        return bool(settings.SIGN_UP_OPEN)


def adopt(request: HttpRequest, user: User) -> None:
    """Make the browser's submissions and votes the person's, and forget the browser's key."""
    key = request.session.pop(voters.SESSION_NAME, "")
    submissions_ownership.adopt(submitter_key=key, user=user)
    votes_ownership.adopt(voter=key, by=voters.key_of(user))
