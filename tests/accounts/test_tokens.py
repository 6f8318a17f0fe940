"""API tokens: shown once, kept as a hash, limited, revocable."""

from datetime import datetime, timedelta

import pytest

from accounts import tokens
from accounts.models import ApiToken, User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    """Return a person."""
    return User.objects.create_user("ada")


def opened(secret: str, scope: str = "submit", now: datetime = NOON) -> User:
    return tokens.owner(secret=secret, scope=scope, now=now)


class TestIssue:
    def test_keeps_no_secret(self, ada: User) -> None:
        token, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)

        kept = " ".join(map(str, ApiToken.objects.filter(pk=token.pk).values_list().get()))
        assert secret not in kept
        assert secret.startswith(token.start)
        assert len(token.start) < len(secret) / 3

    def test_opens_for_its_owner(self, ada: User) -> None:
        _, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)

        assert opened(secret) == ada

    @pytest.mark.parametrize("scopes", [[], ["admin"]])
    def test_refuses_a_token_for_nothing(self, ada: User, scopes: list[str]) -> None:
        with pytest.raises(tokens.TokenRefused):
            tokens.issue(user=ada, name="laptop", scopes=scopes, now=NOON)

    def test_refuses_more_than_a_person_can_oversee(self, ada: User) -> None:
        for _ in range(tokens.AT_MOST):
            tokens.issue(user=ada, name="laptop", scopes=["read"], now=NOON)

        with pytest.raises(tokens.TokenRefused):
            tokens.issue(user=ada, name="laptop", scopes=["read"], now=NOON)


class TestOwner:
    def test_refuses_another_scope(self, ada: User) -> None:
        _, secret = tokens.issue(user=ada, name="laptop", scopes=["read"], now=NOON)

        with pytest.raises(tokens.ScopeMissing):
            opened(secret, "vote")

    @pytest.mark.parametrize("secret", ["p4p_", "p4p_nonsense", "\ud800", "p4p_\0"])
    def test_refuses_what_nobody_made(self, secret: str) -> None:
        with pytest.raises(tokens.TokenRefused):
            opened(secret)

    def test_refuses_a_revoked_one(self, ada: User) -> None:
        token, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)
        tokens.revoke(user=ada, token_id=token.pk, now=NOON)

        with pytest.raises(tokens.TokenRefused):
            opened(secret)

    def test_refuses_that_of_a_person_who_was_locked_out(self, ada: User) -> None:
        _, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)
        User.objects.update(is_active=False)

        with pytest.raises(tokens.TokenRefused):
            opened(secret)

    def test_notes_its_use_once_a_minute(self, ada: User) -> None:
        token, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)

        for seconds in (0, 30, 90):
            opened(secret, now=NOON + timedelta(seconds=seconds))

        token.refresh_from_db()
        assert token.last_used_at == NOON + timedelta(seconds=90)


class TestRevoke:
    def test_leaves_those_of_others_alone(self, ada: User) -> None:
        token, secret = tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)
        eve = User.objects.create_user("eve")

        assert not tokens.revoke(user=eve, token_id=token.pk, now=NOON)
        assert opened(secret) == ada
