"""Opening an account, signing in, one's own page, tokens in use, leaving for good."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import ApiToken, User
from arena import ratings, replay
from arena.models import Suspicion, Turn, Vote
from evals.models import Submission
from tests import factories
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]

PASSWORD = "heavy-bantam-sparrow"


@pytest.fixture
def ada() -> User:
    """Return a person with a password."""
    return User.objects.create_user("ada", "ada@example.org", PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, **fields: str) -> Any:
    given = {"login": "ada", "password": password, **fields}
    return client.post(reverse("account_login"), given)


def known_as(client: Client, key: str) -> None:
    """Give a browser the key under which it voted."""
    session = client.session
    session["voter"] = key
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)


def submitted(**fields: Any) -> Submission:
    contender = factories.model()
    run = factories.run(contender, factories.suite())
    return Submission.objects.create(contender=contender, run=run, created_at=NOON, **fields)


class TestSigningUp:
    def test_opens_an_account_and_signs_in(self, client: Client) -> None:
        given = {"email": "ada@example.org", "username": "ada", "password1": PASSWORD}

        answer = client.post(reverse("account_signup"), given)

        assert answer.headers["Location"] == reverse("me")
        assert User.objects.get().password.startswith("argon2")
        assert b"ada" in client.get(reverse("me")).content

    def test_is_closed_where_the_site_says_so(self, client: Client, settings: Any) -> None:
        settings.SIGN_UP_OPEN = False

        client.post(reverse("account_signup"), {"username": "ada", "password1": PASSWORD})

        assert not User.objects.exists()


class TestSigningIn:
    def test_takes_the_person_to_their_page(self, client: Client, ada: User) -> None:
        assert sign_in(client).headers["Location"] == reverse("me")

    @pytest.mark.parametrize("there", ["//evil.com", "/\\evil.com", "javascript:alert(1)"])
    def test_leads_to_no_other_site(self, client: Client, ada: User, there: str) -> None:
        assert sign_in(client, next=there).headers["Location"] == reverse("me")

    def test_locks_out_who_guesses(self, client: Client, ada: User) -> None:
        for _ in range(5):
            sign_in(client, "wrong")

        assert b"Too many" in sign_in(client).content
        assert not client.get(reverse("me")).context["user"].is_authenticated

    def test_adopts_what_the_browser_did(self, client: Client, ada: User) -> None:
        known_as(client, "anon-1")
        mine, other = submitted(submitter_key="anon-1"), submitted(submitter_key="anon-2")
        vote = factories.vote(factories.battle(voter="anon-1"))

        sign_in(client)

        assert Submission.objects.get(pk=mine.pk).submitter == ada
        assert Submission.objects.get(pk=other.pk).submitter is None
        assert Vote.objects.get(pk=vote.pk).voter == f"user-{ada.pk}"
        assert "voter" not in client.session

    def test_is_no_way_out_of_suspicion(self, client: Client, ada: User) -> None:
        known_as(client, "anon-1")
        Suspicion.objects.create(voter="anon-1", p_value=0.001, votes=20, found_at=NOON)
        vote = factories.vote(factories.battle(voter="anon-1"))

        sign_in(client)

        assert Vote.objects.get(pk=vote.pk).voter == "anon-1"

    def test_can_be_ended_everywhere_else(self, client: Client, ada: User) -> None:
        elsewhere = Client()
        sign_in(elsewhere)
        sign_in(client)

        client.post(reverse("session-end-all"))

        assert client.get(reverse("me")).context["user"] == ada
        assert not elsewhere.get(reverse("me")).context["user"].is_authenticated

    def test_survives_a_lost_password(self, client: Client, ada: User) -> None:
        client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
        link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
        assert link is not None

        form = client.get(link.group(1), follow=True)
        place = form.redirect_chain[-1][0]
        client.post(place, {"password1": "another-long-word", "password2": "another-long-word"})

        assert sign_in(Client(), "another-long-word").status_code == 302


class TestPage:
    def test_shows_a_browser_its_own(self, client: Client) -> None:
        known_as(client, "anon-1")
        mine, other = submitted(submitter_key="anon-1"), submitted(submitter_key="anon-2")

        shown = client.get(reverse("me")).content.decode()

        assert mine.contender.name in shown
        assert other.contender.name not in shown
        assert "API tokens" not in shown

    def test_shows_nothing_to_nobody(self, client: Client) -> None:
        other = submitted(submitter_key="")

        assert other.contender.name not in client.get(reverse("me")).content.decode()

    def test_shows_a_token_once(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        made = client.post(reverse("token-make"), {"name": "laptop", "scope": ["read"]})

        secret = made.context["secret"]
        assert secret in made.content.decode()
        assert secret not in client.get(reverse("me")).content.decode()
        assert ApiToken.objects.get().scopes == ["read"]

    def test_makes_tokens_for_nobody(self, client: Client) -> None:
        client.post(reverse("token-make"), {"name": "laptop", "scope": ["read"]})

        assert not ApiToken.objects.exists()

    def test_revokes_a_token(self, client: Client, ada: User) -> None:
        token, _ = tokens.issue(user=ada, name="laptop", scopes=["read"], now=NOON)
        client.force_login(ada)

        client.post(reverse("token-revoke", args=[token.pk]))

        assert not ApiToken.objects.live().exists()


class TestNotices:
    def test_are_proposed_by_new_submissions(self, client: Client, ada: User) -> None:
        client.force_login(ada)
        url = "https://hooks.example.org/p4p"

        client.post(reverse("me-notices"), {"wants_email": "on", "webhook_url": url})

        form = client.get(reverse("submission-new")).context["form"]
        assert (form["wants_email"].value(), form["webhook_url"].value()) == (True, url)

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "x" * 501, "https://a/\0"])
    def test_refuse_what_is_no_address(self, client: Client, ada: User, url: str) -> None:
        client.force_login(ada)

        client.post(reverse("me-notices"), {"webhook_url": url})

        ada.refresh_from_db()
        assert ada.webhook_url == ""


class TestDelete:
    def test_asks_for_the_name(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        client.post(reverse("me-delete"), {"name": "someone"})

        assert User.objects.exists()

    def test_leaves_scores_and_verdicts_to_nobody(self, client: Client, ada: User) -> None:
        client.force_login(ada)
        key = f"user-{ada.pk}"
        kept, vote = submitted(submitter=ada), factories.vote(factories.battle(voter=key))

        client.post(reverse("me-delete"), {"name": "ada"})

        assert not User.objects.exists()
        assert Submission.objects.get(pk=kept.pk).submitter is None
        assert Vote.objects.get(pk=vote.pk).voter.startswith("gone-")

    def test_takes_what_was_said_and_leaves_ratings_that_can_be_checked(
        self, client: Client, ada: User
    ) -> None:
        client.force_login(ada)
        factories.vote(factories.battle(voter=f"user-{ada.pk}"))
        ratings.refresh(now=NOON)

        client.post(reverse("me-delete"), {"name": "ada"})

        assert Turn.objects.get().prompt == ""
        assert replay.check().faults == []

    def test_of_a_browser_without_an_account_is_asked_for_twice(self, client: Client) -> None:
        known_as(client, "anon-1")
        mine = submitted(submitter_key="anon-1", webhook_url="https://hooks.example.org/")
        factories.vote(factories.battle(voter="anon-1"))
        assert b"Delete my data" in client.get(reverse("me")).content

        client.post(reverse("me-forget"))
        before = Turn.objects.get().prompt
        client.post(reverse("me-forget"), {"sure": "yes"})

        mine.refresh_from_db()
        assert before
        assert Turn.objects.get().prompt == ""
        assert Vote.objects.get().voter.startswith("gone-")
        assert (mine.submitter_key, mine.webhook_url) == ("", "")
        assert "voter" not in client.session

    def test_keeps_the_last_administrator(self, client: Client) -> None:
        client.force_login(User.objects.create_superuser("root"))

        client.post(reverse("me-delete"), {"name": "root"})

        assert User.objects.exists()


class TestTokenInUse:
    @pytest.fixture
    def secret(self, ada: User) -> str:
        """Return a token that may submit."""
        return tokens.issue(user=ada, name="laptop", scopes=["submit"], now=NOON)[1]

    def sent(self, client: Client, secret: str, place: str) -> Any:
        return client.post(
            f"/api/v1/{place}",
            {"kind": "MODEL", "source": "DIRECTORY", "locator": "models/none"},
            content_type="application/json",
            headers={"authorization": f"Bearer {secret}"},
        )

    def test_submits_in_the_persons_name(
        self, client: Client, secret: str, ada: User, settings: Any
    ) -> None:
        settings.SUBMIT_POLICY = settings.DIRECTORY_POLICY = "signed-in"

        refused = self.sent(client, secret, "submissions")

        assert refused.json()["code"] not in {"SIGN_IN_REQUIRED", "BAD_TOKEN"}

    def test_may_not_do_what_it_is_not_for(self, client: Client, secret: str) -> None:
        refused = self.sent(client, secret, "battles")

        assert (refused.status_code, refused.json()["code"]) == (403, "SCOPE_MISSING")

    def test_opens_nothing_once_revoked(self, client: Client, secret: str, ada: User) -> None:
        tokens.revoke(user=ada, token_id=ApiToken.objects.get().pk, now=NOON)

        refused = self.sent(client, secret, "submissions")

        assert (refused.status_code, refused.json()["code"]) == (401, "BAD_TOKEN")


class TestWithoutValkey:
    def test_people_sign_in_and_guesses_are_counted(
        self, client: Client, ada: User, settings: Any
    ) -> None:
        nobody = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/1"}
        settings.CACHES = {"default": nobody}

        assert sign_in(Client()).headers["Location"] == reverse("me")
        for _ in range(5):
            sign_in(client, "wrong")
        assert b"Too many" in sign_in(client).content
