"""A moderation endpoint is asked before anything is generated, and its failures hold as set."""

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from arena import moderation
from arena.models import Battle
from tests import factories
from tests.arena import moderation_server
from tests.arena.moderation_server import Moderator
from tests.leaderboard import voting
from tests.leaderboard.conftest import plain_static_files

__all__ = ["plain_static_files"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "plain_static_files")]
FAILURES = ["silent", "broken", "moved", "nonsense", "no results", "no verdict", "huge", "deep"]


@pytest.fixture
def moderator(settings: Settings) -> Iterator[Moderator]:
    with moderation_server.serve() as serving:
        settings.MODERATION_URL, settings.MODERATION_KEY = serving.url, "secret"
        settings.MODERATION_TIMEOUT_S = 0.3
        moderation.forget()
        yield serving
    moderation.forget()


def start(client: Client, prompt: str) -> tuple[int, str]:
    answer = client.post("/api/v1/battles", json.dumps({"prompt": prompt}), "application/json")
    return answer.status_code, answer.json().get("code", "")


class TestEndpoint:
    def test_is_asked_as_the_api_has_it(self, client: Client, moderator: Moderator) -> None:
        voting.opponents()

        assert start(client, "Tell me of a heron.")[0] == 201
        assert moderator.asked == [{"path": "/v1/moderations", "input": "Tell me of a heron."}]
        assert moderator.keys == ["Bearer secret"]

    def test_names_its_model_where_one_is_set(
        self, client: Client, moderator: Moderator, settings: Settings
    ) -> None:
        settings.MODERATION_MODEL = "guard"

        start(client, "Hi")

        assert moderator.asked[0]["model"] == "guard"

    def test_is_asked_about_every_turn_and_talk(self, moderator: Moderator) -> None:
        battle, heron = factories.battle(), voting.opponents()[0]
        ada = voting.browser()

        ada.post(f"/arena/battles/{battle.pk}/turns/", {"prompt": "And twice?"})
        ada.post("/arena/chat/", {"with": heron.slug, "prompt": "Hi"})

        assert [each["input"] for each in moderator.asked] == ["And twice?", "Hi"]

    def test_is_not_asked_about_what_staff_put_into_a_set(
        self, client: Client, moderator: Moderator
    ) -> None:
        voting.opponents()
        (owl,) = voting.suggestions("Tell me of an owl.")

        client.post("/arena/", {"source": owl.pk})

        assert Battle.objects.exists()
        assert moderator.asked == []


class TestFlaggedPrompt:
    def test_is_refused_with_the_reason_and_generates_nothing(
        self, client: Client, moderator: Moderator
    ) -> None:
        voting.opponents()
        body = json.dumps({"prompt": "Something forbidden."})

        answer = client.post("/api/v1/battles", body, "application/json")

        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "PROMPT_FLAGGED")
        assert "(violence, violence: graphic)" in told["detail"]
        assert not Battle.objects.exists()

    def test_stays_in_its_field_on_the_page(self, client: Client, moderator: Moderator) -> None:
        voting.opponents()

        answer = client.post("/arena/", {"prompt": "Something forbidden."})

        html = answer.content.decode()
        assert answer.status_code == 400
        assert "moderation does not let that through" in html
        assert "Something forbidden.</textarea>" in html


class TestFailure:
    @pytest.mark.parametrize("manner", FAILURES)
    def test_refuses_where_it_fails_closed(
        self, client: Client, moderator: Moderator, manner: str
    ) -> None:
        voting.opponents()
        moderator.manner = manner

        assert start(client, "Hi") == (503, "MODERATION_AWAY")
        assert not Battle.objects.exists()

    @pytest.mark.parametrize("manner", FAILURES)
    def test_lets_pass_where_it_fails_open(
        self, client: Client, moderator: Moderator, settings: Settings, manner: str
    ) -> None:
        voting.opponents()
        settings.MODERATION_FAILS, moderator.manner = "open", manner

        assert start(client, "Hi")[0] == 201

    def test_of_a_server_that_is_gone_is_one_too(
        self, client: Client, moderator: Moderator, settings: Settings
    ) -> None:
        settings.MODERATION_URL = "http://127.0.0.1:9/v1"

        assert start(client, "Hi") == (503, "MODERATION_AWAY")

    def test_leaves_the_endpoint_alone_for_a_moment(
        self, client: Client, moderator: Moderator
    ) -> None:
        moderator.manner = "broken"

        codes = {start(client, "Hi")[1] for _ in range(3)}

        assert codes == {"MODERATION_AWAY"}
        assert len(moderator.asked) == 1
