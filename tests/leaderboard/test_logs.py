"""A line of the log: JSON where asked, with ids, and never a secret."""

import json
import logging
import sys

import pytest
from django.test import Client
from pytest_django import Settings

from evals import tracing
from leaderboard.operations.logs import Json, Plain

CANARY = "canary-3f9c1d77aa"


def line(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("site", logging.INFO, __file__, 1, message, arguments, None)


@pytest.fixture
def secrets(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the canary as the key of an API."""
    settings.BASELINE_KEYS = {"api.example": "EXAMPLE_KEY"}
    monkeypatch.setenv("EXAMPLE_KEY", CANARY)


class TestJson:
    def test_is_one_object_with_the_ids_it_belongs_to(self) -> None:
        with tracing.bound(run=7), tracing.bound(request="abc"):
            told = json.loads(Json().format(line("Run %s", 7)))

        assert told["message"] == "Run 7"
        assert (told["run"], told["request"], told["level"]) == ("7", "abc", "INFO")

    def test_holds_a_traceback_without_secrets(self, secrets: None) -> None:
        record = line("broke")
        try:
            raise ValueError(CANARY)
        except ValueError:
            record.exc_info = sys.exc_info()

        told = Json().format(record)

        assert "ValueError" in json.loads(told)["traceback"]
        assert CANARY not in told


class TestRedaction:
    @pytest.mark.parametrize(
        ("message", "kept"),
        [
            (f"asked with {CANARY}", "asked with [secret]"),
            (f"postgres://site:{CANARY}@db/site", "postgres://site:[secret]@db/site"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer [secret]"),
        ],
    )
    def test_blots_out_keys_passwords_and_tokens(
        self, secrets: None, message: str, kept: str
    ) -> None:
        told = Plain("{message}", style="{").format(line("%s", message))

        assert kept in told
        assert CANARY not in told
        assert "abc.def" not in told

    def test_covers_what_a_request_carries(
        self, client: Client, caplog: pytest.LogCaptureFixture, db: None
    ) -> None:
        caplog.set_level(logging.DEBUG)

        client.get(f"/?q={CANARY}", headers={"cookie": f"x={CANARY}"})
        client.post("/arena/", {"prompt": CANARY})

        assert CANARY not in caplog.text
