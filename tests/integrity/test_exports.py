"""The data set: the field's columns, nobody's identity, flat memory."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.test import AsyncClient

from arena import erasing, exports
from arena.models import Consent, LedgerEntry
from arena.redaction import redacted
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting


def got(address: str) -> tuple[Any, bytes]:
    async def read() -> tuple[Any, bytes]:
        response: Any = await AsyncClient().get(address)
        body = b"".join([piece async for piece in response.streaming_content])
        return response, body

    return async_to_sync(read)()


def rows(address: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in got(address)[1].splitlines()]


@pytest.mark.django_db(transaction=True)
class TestVotes:
    def test_have_the_columns_of_the_field(self) -> None:
        heron, wren = factories.model("Heron"), factories.model("Wren")
        for choice in ("A", "B", "TIE", "BOTH_BAD"):
            factories.vote(factories.battle(heron, wren, prompt=choice), choice)

        found = rows("/exports/votes.jsonl")

        winners = [each["winner"] for each in found]
        assert winners == ["model_a", "model_b", "tie", "tie (bothbad)"]
        assert {(each["model_a"], each["model_b"]) for each in found} == {(heron.slug, wren.slug)}
        assert {each["propensity"] for each in found} == {0.5}

    def test_say_what_they_were_about(self) -> None:
        prompts = ("What is the capital of Norway?", "def f(x): return x\nFix the bug.", "¿?")
        for prompt in prompts:
            factories.vote(factories.battle(prompt=prompt))

        found = rows("/exports/votes.jsonl")

        assert [each["language"] for each in found] == ["English", "unknown", "unknown"]
        assert [each["is_code"] for each in found] == [False, True, False]
        assert found[0]["category"] == ["english", "short"]
        assert {each["turn"] for each in found} == {1}

    def test_say_the_same_once_the_ledger_has_them_and_the_words_are_erased(self) -> None:
        battle = factories.battle(prompt="What is the capital of Norway?")
        factories.vote(battle)
        before = rows("/exports/votes.jsonl")

        erasing.of_voter(voter="ada", now=NOON)

        after = rows("/exports/votes.jsonl")
        assert LedgerEntry.objects.count() == 1
        assert before[0] | {"turn": 0} == after[0]

    def test_are_the_same_in_parquet(self) -> None:
        for number in range(5):
            factories.vote(factories.battle(prompt=str(number)), "B")

        table = pq.read_table(io.BytesIO(got("/exports/votes.parquet")[1]))

        assert table.to_pylist() == rows("/exports/votes.jsonl")

    def test_come_in_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "PORTION", 2)
        for number in range(5):
            factories.vote(factories.battle(prompt=str(number)))

        assert [len(portion) for portion in exports.votes()] == [2, 2, 1]
        assert pq.read_table(io.BytesIO(got("/exports/votes.parquet")[1])).num_rows == 5

    def test_name_no_voter_and_no_hidden_contender(self) -> None:
        factories.vote(factories.battle(voter="anon-secret"))
        factories.vote(factories.battle(factories.model("Hidden", is_listed=False)))

        found = rows("/exports/votes.jsonl")

        assert [each["judge"] for each in found] == [exports.hashed("anon-secret")]
        assert "secret" not in str(found)

    def test_tell_what_is_left_out_to_whoever_asks(self) -> None:
        factories.vote(factories.battle(), exclusion="IDENTITY_LEAK")

        assert rows("/exports/votes.jsonl") == []
        assert rows("/exports/votes.jsonl?all=1")[0]["exclusion"] == "IDENTITY_LEAK"

    @pytest.mark.parametrize("form", ["jsonl", "parquet"])
    def test_are_written_by_a_command(self, tmp_path: Path, form: str) -> None:
        factories.vote(factories.battle())
        path = tmp_path / f"votes.{form}"

        call_command("export_votes", path, stdout=io.StringIO())

        assert path.read_bytes() == got(f"/exports/votes.{form}")[1]


@pytest.mark.django_db(transaction=True)
class TestConversations:
    def test_are_those_of_voters_who_agreed(self) -> None:
        factories.vote(factories.battle(voter="ada", prompt="Mail me at ada@example.org"))
        factories.vote(factories.battle(voter="eve", prompt="Secret."))
        voting.browser("ada").post("/arena/votes/consent/", {"agreed": "1"})

        (found,) = rows("/exports/conversations.jsonl")

        assert found["conversation_a"] == [
            {"role": "user", "content": "Mail me at [e-mail]"},
            {"role": "assistant", "content": "4"},
        ]
        table = pq.read_table(io.BytesIO(got("/exports/conversations.parquet")[1]))
        assert table.to_pylist() == [found]

    def test_stay_away_once_consent_is_withdrawn(self) -> None:
        factories.vote(factories.battle(voter="ada"))
        browser = voting.browser("ada")
        browser.post("/arena/votes/consent/", {"agreed": "1"})
        browser.post("/arena/votes/consent/", {"agreed": "0"})

        assert rows("/exports/conversations.jsonl") == []
        assert not Consent.objects.exists()


class TestRedacted:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("write to a.b+c@mail.example.org now", "write to [e-mail] now"),
            ("call +49 170 1234567 today", "call [phone] today"),
            ("call (030) 123-4567.", "call [phone]."),
            ("card 4111 1111 1111 1111", "card [card]"),
            ("order 1234 5678 9012 3456", "order 1234 5678 9012 3456"),
            ("from 192.0.2.17, port 80", "from [ip], port 80"),
            ("from 2001:db8::1 again", "from [ip] again"),
            ("at 12:30:45 on 2024-05-06", "at 12:30:45 on 2024-05-06"),
            ("version 1.2.3 costs 1,000,000", "version 1.2.3 costs 1,000,000"),
        ],
    )
    def test_takes_out_what_identifies_a_person(self, text: str, expected: str) -> None:
        assert redacted(text) == expected
