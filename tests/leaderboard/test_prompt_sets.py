"""Staff import prompt sets, on the page and in the API; the arena suggests what is offered."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import tokens
from accounts.models import User
from arena.models import Battle, Prompt, PromptSet
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
PAGE = "/moderation/prompts/"
GOOD = b'{"theme": "Owls", "text": "Tell me of an owl."}\n'


@pytest.fixture
def eve(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("eve"))
    return client


def sent(client: Client, content: bytes, **fields: str) -> Any:
    file = SimpleUploadedFile("mine.jsonl", content)
    return client.post(PAGE, {"key": "mine", "title": "Mine", "file": file, **fields}, follow=True)


def call(method: str, address: str, body: Any = None) -> Any:
    eve = User.objects.filter(username="eve").first() or User.objects.create_superuser("eve")
    _, secret = tokens.issue(user=eve, name="x", scopes=["read", "moderate"], now=NOON)
    headers = {"authorization": f"Bearer {secret}"}
    content, kind = json.dumps(body or {}), "application/json"
    return Client().generic(method, f"/api/v1{address}", content, kind, headers=headers)


class TestPage:
    def test_imports_a_file_and_lists_the_set(self, eve: Client) -> None:
        html = sent(eve, GOOD).content.decode()

        assert "1 prompts added to “Mine”" in html
        assert "<code>mine</code>" in html
        assert Prompt.objects.get().theme == "Owls"
        assert LogEntry.objects.get().change_message == "Added 1 prompts."

    def test_says_what_is_wrong_with_every_line(self, eve: Client) -> None:
        answer = sent(eve, GOOD + b"<b>\n" + b'{"theme": "x"}\n')

        html = answer.content.decode()
        assert answer.status_code == 400
        assert "Line 2: This is not JSON." in html
        assert "Line 3: There is no text" in html
        assert 'value="mine"' in html
        assert not PromptSet.objects.exists()

    def test_wants_a_file(self, eve: Client) -> None:
        answer = eve.post(PAGE, {"key": "mine"})

        assert answer.status_code == 400
        assert "The file holds no prompts." in answer.content.decode()

    def test_counts_battles_over_a_set(self, eve: Client) -> None:
        (owl,) = voting.suggestions("Tell me of an owl.")
        for voter in ("", "ada"):
            factories.battle(voter=voter, is_prepared=True).turns.update(source=owl)

        html = " ".join(eve.get(PAGE).content.decode().split())

        assert "<td>1</td><td>1</td><td>1</td><td>2</td>" in html

    def test_holds_a_set_back(self, eve: Client, client: Client) -> None:
        voting.opponents()
        (owl,) = voting.suggestions("Tell me of an owl.")

        assert "Tell me of an owl." in client.get("/arena/").content.decode()
        eve.post(f"{PAGE}zoo/offer/", {"offered": "0"})

        assert "Tell me of an owl." not in client.get("/arena/").content.decode()
        assert client.post("/arena/", {"source": owl.pk}).status_code == 400
        client.post("/arena/surprise/")
        assert not Battle.objects.exists()
        eve.post(f"{PAGE}zoo/offer/", {"offered": "1"})
        assert "Tell me of an owl." in client.get("/arena/").content.decode()


class TestArena:
    def test_reads_a_few_of_very_many(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        voting.opponents()
        made = PromptSet.objects.create(key="big", title="Big")
        Prompt.objects.bulk_create(
            Prompt(prompt_set=made, theme=f"Theme {number % 5}", text=f"Prompt {number}?")
            for number in range(2_000)
        )

        with django_assert_max_num_queries(20):
            html = client.get("/arena/").content.decode()

        assert html.count('name="source"') == 8


class TestApi:
    def test_imports_lists_and_holds_back(self) -> None:
        body = {"key": "mine", "title": "Mine", "prompts": [{"theme": "Owls", "text": "An owl?"}]}

        made = call("POST", "/prompt-sets", body)
        again = call("POST", "/prompt-sets", body)
        held = call("PATCH", "/prompt-sets/mine", {"is_offered": False})
        (listed,) = call("GET", "/prompt-sets").json()

        assert (made.status_code, made.json()) == (201, {"added": 1, "known": 0})
        assert again.json() == {"added": 0, "known": 1}
        assert held.status_code == 204
        assert (listed["key"], listed["prompts"], listed["is_offered"]) == ("mine", 1, False)

    def test_names_each_prompt_that_is_wrong(self) -> None:
        body = {"key": "mine", "prompts": [{"theme": "Owls", "text": "An owl?"}, {"text": 3}]}

        answer = call("POST", "/prompt-sets", body)

        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "BAD_PROMPT_FILE")
        assert [each["field"] for each in told["problems"]] == ["prompts.1"]
        assert not PromptSet.objects.exists()
