"""While Valkey is away pages say so in one line, and never wait to find out."""

import time

import pytest
from django.test import Client
from pytest_django import Settings

from leaderboard.web import delays

pytestmark = pytest.mark.django_db

SENTENCE = b"Live progress is delayed"


@pytest.fixture(autouse=True)
def watch(monkeypatch: pytest.MonkeyPatch) -> delays.Watch:
    """Know nothing at first, and ask only when the test does."""
    fresh = delays.Watch()
    fresh._asked_at = time.monotonic() + 600
    monkeypatch.setattr(delays, "watch", fresh)
    return fresh


class TestBanner:
    def test_stands_on_pages_while_valkey_is_away(
        self, client: Client, settings: Settings, watch: delays.Watch
    ) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        watch.ask()
        watch.ask()

        assert SENTENCE in client.get("/").content
        assert SENTENCE in client.get("/queue/").content

    def test_goes_when_valkey_is_back(
        self, client: Client, settings: Settings, watch: delays.Watch, valkey_server: str
    ) -> None:
        address, settings.REDIS_URL = settings.REDIS_URL, "unix:///nowhere/valkey.sock"
        watch.ask()
        watch.ask()
        told = client.get("/")
        settings.REDIS_URL = address
        watch.ask()

        again = client.get("/", headers={"if-none-match": told.headers["ETag"]})

        assert SENTENCE in told.content
        assert again.status_code == 200
        assert SENTENCE not in again.content

    def test_does_not_come_for_one_silence(
        self, client: Client, settings: Settings, watch: delays.Watch
    ) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        watch.ask()

        assert SENTENCE not in client.get("/").content

    def test_is_asked_for_by_no_page(self, client: Client, watch: delays.Watch) -> None:
        watch._asked_at = float("-inf")

        watch.is_away()

        assert watch._asked_at > 0
