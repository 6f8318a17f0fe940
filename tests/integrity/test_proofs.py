"""The proof of work: asked once of a new browser, never counted against whoever cannot give it."""

import hashlib
import itertools
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from arena.models import Battle
from leaderboard.battling import proofs
from leaderboard.web import counting
from tests.leaderboard import voting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def eight_bits(settings: Settings) -> None:
    """Ask for a proof that a test can give."""
    settings.LIMITS, settings.PROOF_OF_WORK_BITS = True, 8
    settings.CHATS_PER_MINUTE = 100
    counting.forget()


def proof_of(challenge: str) -> str:
    """Return a proof, found as the browser finds it."""
    tries = (f"{challenge}.{nonce}" for nonce in itertools.count())
    return next(each for each in tries if hashlib.sha256(each.encode()).digest()[0] == 0)


def ask(client: Client, **fields: str) -> Any:
    return client.post("/arena/", {"prompt": "Sing <b>\na song.", **fields})


@pytest.mark.usefixtures("valkey")
class TestProof:
    def test_is_asked_once_and_keeps_the_prompt(self) -> None:
        voting.opponents()
        client = voting.browser()

        page = ask(client)
        proof = proof_of(page.context["challenge"])
        first, second = ask(client, proof=proof), ask(client)

        assert page.status_code == 403
        assert "Sing &lt;b&gt;\na song." in page.content.decode()
        assert "people with an account are not asked" in page.content.decode()
        assert (first.status_code, second.status_code) == (302, 302)
        assert Battle.objects.count() == 2

    @pytest.mark.parametrize("proof", ["", "x", "a.b.c", "a" * 5000])
    def test_refuses_what_proves_nothing(self, proof: str) -> None:
        voting.opponents()

        assert ask(voting.browser(), proof=proof).status_code == 403
        assert not Battle.objects.exists()

    def test_is_good_for_one_session(self) -> None:
        voting.opponents()
        proof = proof_of(proofs.challenge())

        answers = [ask(voting.browser(name), proof=proof).status_code for name in ("ada", "eve")]

        assert answers == [302, 403]

    def test_is_not_asked_of_people_with_an_account(self) -> None:
        voting.opponents()
        client = Client()
        client.force_login(User.objects.create_user("ada"))

        assert ask(client).status_code == 302

    def test_is_asked_of_programs_in_a_header(self, client: Client) -> None:
        voting.opponents()
        body, kind = {"prompt": "Sing."}, "application/json"

        refused = client.post("/api/v1/battles", body, content_type=kind)
        proof = proof_of(refused.headers["X-Challenge"])
        taken = client.post("/api/v1/battles", body, content_type=kind, headers={"x-proof": proof})

        assert (refused.status_code, refused.json()["code"]) == (403, "PROOF_NEEDED")
        assert taken.status_code == 201


class TestWithoutValkey:
    def test_counts_for_the_visitor(self, settings: Settings) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        counting.forget()

        assert proofs.is_valid(proof_of(proofs.challenge()))
        counting.forget()
