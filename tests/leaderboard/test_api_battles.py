"""Battles through the API: who may call, what is refused, what is told when."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone

from arena.models import Battle, Turn, Vote
from leaderboard.api import callers
from leaderboard.api.callers import Caller
from tests import factories
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


@pytest.fixture
def client() -> Client:
    """Return a program: it checks nothing, so the site must."""
    return Client(enforce_csrf_checks=True)


def bearer(voter: str = "ada") -> dict[str, str]:
    return {"authorization": f"Bearer {Caller(voter).token()}"}


def post(client: Client, address: str, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(address, raw, content_type="application/json", headers=headers)


def vote(client: Client, battle: Battle, choice: Any, **headers: str) -> Any:
    return post(client, f"/api/v1/battles/{battle.pk}/vote", {"choice": choice}, **headers)


def read(client: Client, battle: Battle, **headers: str) -> Any:
    return client.get(f"/api/v1/battles/{battle.pk}", headers=headers)


class TestStartBattle:
    def test_answers_with_a_token_that_reads_the_battle(self, client: Client) -> None:
        voting.opponents()

        started = post(client, "/api/v1/battles", {"prompt": "Why is the sky blue?"})
        address = started.headers["Location"]
        found = client.get(address, headers={"authorization": f"Bearer {started.json()['token']}"})

        assert started.status_code == 201
        assert started.json()["state"] == found.json()["state"] == "ANSWERING"
        turn = {"number": 1, "prompt": "Why is the sky blue?", "answers": {}}
        assert found.json()["turns"] == [turn | {"is_stopped": False, "is_void": False}]
        assert found.json()["vote"] is None

    def test_keeps_the_voter_of_a_token(self, client: Client) -> None:
        voting.opponents()

        first = post(client, "/api/v1/battles", {"prompt": "One"})
        post(client, "/api/v1/battles", {"prompt": "Two"}, authorization=f"Bearer {_token(first)}")
        post(client, "/api/v1/battles", {"prompt": "Three"})

        voters = list(Battle.objects.order_by("created_at").values_list("voter", flat=True))
        assert voters[0] == voters[1] != voters[2]

    @pytest.mark.parametrize(
        ("bad", "body", "status", "code"),
        [
            ("B66", {"prompt": ""}, 400, "EMPTY_PROMPT"),
            ("B66", {"prompt": " \t\n"}, 400, "EMPTY_PROMPT"),
            ("B67", {"prompt": "x" * 200_000}, 413, "PROMPT_TOO_LONG"),
            ("B68", {"prompt": "a\x00b"}, 400, "BAD_TEXT"),
            ("B68", b'{"prompt": "\\ud800"}', 400, "BAD_TEXT"),
            ("B68", b'{"prompt": "\xff\xfe"}', 400, "BAD_JSON"),
            ("B85", {"prompt": None}, 400, "INVALID_INPUT"),
            ("B85", {"prompt": ["a"]}, 400, "INVALID_INPUT"),
            ("B85", {"prompt": {"a": 1}}, 400, "INVALID_INPUT"),
            ("B85", {"prompt": 2**63}, 400, "INVALID_INPUT"),
            ("B85", {}, 400, "INVALID_INPUT"),
            ("B85", [], 400, "INVALID_INPUT"),
            ("B85", "null", 400, "INVALID_INPUT"),
            ("B85", {"prompt": "a", "contender_a": 1}, 400, "INVALID_INPUT"),
            ("B90", "{", 400, "BAD_JSON"),
            ("B90", "[" * 100_000, 400, "BAD_JSON"),
            ("B90", '{"a":' * 100_000, 400, "BAD_JSON"),
            ("B90", b'{"prompt": "' + b"x" * 2_000_000 + b'"}', 413, "TOO_LARGE"),
            ("B90", b'{"prompt": "' + b"x" * 10_000_000 + b'"}', 413, "TOO_LARGE"),
        ],
    )
    def test_refuses_bad_input(
        self, client: Client, bad: str, body: Any, status: int, code: str
    ) -> None:
        voting.opponents()

        response = post(client, "/api/v1/battles", body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.json()["detail"].endswith(".")
        assert not Battle.objects.exists()

    def test_names_the_field_that_is_wrong(self, client: Client) -> None:
        response = post(client, "/api/v1/battles", {"prompt": 7})

        assert response.json()["problems"] == [
            {
                "field": "prompt",
                "code": "STRING_TYPE",
                "sentence": "Input should be a valid string.",
            }
        ]

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    )
    def test_takes_nothing_that_a_form_can_send(self, client: Client, content_type: str) -> None:
        voting.opponents()

        response = client.post("/api/v1/battles", '{"prompt": "a"}', content_type=content_type)

        assert (response.status_code, response.json()["code"]) == (415, "NOT_JSON")
        assert not Battle.objects.exists()

    def test_says_when_nobody_can_answer(self, client: Client) -> None:
        response = post(client, "/api/v1/battles", {"prompt": "Hello?"})

        assert (response.status_code, response.json()["code"]) == (503, "NO_OPPONENTS")
        assert response.headers["Retry-After"] == "30"

    def test_limits_how_many_are_open(self, client: Client) -> None:
        voting.opponents()
        for _ in range(settings.MAX_OPEN_BATTLES):
            factories.battle(voter="ada", created_at=timezone.now())

        response = post(client, "/api/v1/battles", {"prompt": "Hello?"}, **bearer())

        assert (response.status_code, response.json()["code"]) == (429, "TOO_MANY_OPEN")


class TestReadBattle:
    def test_tells_answers_but_no_names_before_the_vote(self, client: Client) -> None:
        battle = factories.battle(factories.model("Heron"), answers=("four", "five"))

        response = read(client, battle, **bearer())

        assert response.json()["turns"][0]["answers"] == {
            "A": {"text": "four", "is_truncated": False},
            "B": {"text": "five", "is_truncated": False},
        }
        assert response.json()["vote"] is None
        assert b"eron" not in response.content

    def test_does_not_exist_for_anyone_else(self, client: Client) -> None:
        battle, unowned = factories.battle(voter="ada"), factories.battle(voter="")

        for headers in ({}, bearer("eve"), bearer("")):
            for each in (battle, unowned):
                response = read(client, each, **headers)
                assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
        assert client.get(f"/api/v1/battles/{uuid4()}", headers=bearer()).status_code == 404
        assert client.get("/api/v1/battles/7", headers=bearer()).status_code == 404

    def test_knows_a_browser_by_its_cookie(self) -> None:
        battle = factories.battle(voter="ada")

        assert read(voting.browser("ada"), battle).status_code == 200
        assert read(voting.browser("eve"), battle).status_code == 404

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer nonsense",
            "Basic YTpi",
            "Bearer " + signing.dumps("ada", salt="another"),
            "Bearer " + signing.dumps("ada", key="k" * 50, salt=callers.SALT),
            "Bearer " + "x" * 10_000,
        ],
    )
    def test_refuses_a_bad_token(self, client: Client, header: str) -> None:
        battle = factories.battle(voter="ada")

        response = read(client, battle, authorization=header)

        assert (response.status_code, response.json()["code"]) == (400, "BAD_TOKEN")

    def test_refuses_an_expired_token(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = bearer()
        monkeypatch.setattr(callers, "TOKEN_AGE_S", -1)

        response = read(client, factories.battle(voter="ada"), **headers)

        assert response.json()["code"] == "BAD_TOKEN"

    def test_believes_the_token_before_the_cookie(self) -> None:
        battle = factories.battle(voter="ada")

        response = read(voting.browser("ada"), battle, **bearer("eve"))

        assert response.status_code == 404


class TestCastVote:
    def test_reveals_names_and_effect(self, client: Client) -> None:
        battle = factories.battle(factories.model("Heron"), factories.baseline("Oracle"))

        response = vote(client, battle, "A", **bearer())

        told = response.json()["vote"]
        assert response.status_code == 201
        assert (told["choice"], told["is_counted"]) == ("A", True)
        assert told["contenders"]["A"]["name"] == "Heron"
        assert told["contenders"]["A"]["elo_after"] > told["contenders"]["A"]["elo_before"]
        assert told["contenders"]["B"]["kind"] == "BASELINE"

    @pytest.mark.parametrize("choice", ["A", "B", "TIE", "BOTH_BAD"])
    def test_takes_every_verdict_and_repeats_it(self, client: Client, choice: str) -> None:
        battle = factories.battle()

        first = vote(client, battle, choice, **bearer())
        again = vote(client, battle, choice, **bearer())

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert Vote.objects.count() == 1

    def test_keeps_the_first_verdict(self, client: Client) -> None:
        battle = factories.battle()
        vote(client, battle, "A", **bearer())

        response = vote(client, battle, "B", **bearer())

        assert (response.status_code, response.json()["code"]) == (409, "ALREADY_VOTED")
        assert Vote.objects.get().choice == "A"

    @pytest.mark.parametrize("state", [Battle.State.ANSWERING, Battle.State.FAILED])
    def test_refuses_an_unfinished_battle(self, client: Client, state: str) -> None:
        battle = factories.battle(answers=None, state=state)

        response = vote(client, battle, "A", **bearer())

        assert response.status_code == 409
        assert not Vote.objects.exists()

    @pytest.mark.parametrize("choice", ["c", "A ", "a", "", None, [], {}, 2**63, True, "A\x00"])
    def test_refuses_what_is_no_verdict(self, client: Client, choice: Any) -> None:
        battle = factories.battle()

        response = vote(client, battle, choice, **bearer())

        assert (response.status_code, response.json()["code"]) == (400, "INVALID_INPUT")
        assert not Vote.objects.exists()

    @pytest.mark.parametrize("voter", ["eve", ""])
    def test_is_for_the_owner_only(self, client: Client, voter: str) -> None:
        battle = factories.battle(voter="ada")

        response = vote(client, battle, "A", **bearer(voter))

        assert response.status_code == 404
        assert not Vote.objects.exists()

    def test_needs_the_csrf_token_beside_a_cookie(self) -> None:
        battle = factories.battle(voter="ada")
        client = voting.browser("ada", enforce_csrf_checks=True)

        refused = vote(client, battle, "A")
        client.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
        accepted = vote(client, battle, "A", **{"X-CSRFToken": "x" * 32})

        assert (refused.status_code, refused.json()["code"]) == (403, "CSRF")
        assert accepted.status_code == 201

    def test_is_told_as_counted_only_when_it_is(self, client: Client) -> None:
        battle = factories.battle(voter="ada")
        factories.vote(battle, exclusion="IDENTITY_LEAK", cast_at=timezone.now() - timedelta(1))

        told = read(client, battle, **bearer()).json()["vote"]

        assert not told["is_counted"]
        assert told["excluded_because"] == "an answer gave away which model wrote it."

    def test_never_changes_the_answers(self, client: Client) -> None:
        battle = factories.battle(answers=("four", "five"))

        response = vote(client, battle, "A", **bearer())

        assert Turn.objects.get().responses.count() == 2
        assert response.json()["turns"][0]["answers"]["A"]["text"] == "four"


def _token(response: Any) -> str:
    return str(response.json()["token"])
