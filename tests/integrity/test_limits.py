"""Limits by person and by network: they close when Valkey is gone and believe no forged header."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from arena.models import Battle, Vote
from leaderboard.api.callers import Caller
from leaderboard.web import counting
from leaderboard.web.networks import network_key
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = pytest.mark.django_db
REFUSED = 429


@pytest.fixture(autouse=True)
def limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turn limits on: three votes or chats, and six from one network, in a minute without end."""
    monkeypatch.setattr(counting, "WINDOW_S", 10**9)
    settings.LIMITS, settings.NETWORK_FACTOR = True, 2
    settings.VOTES_PER_MINUTE = settings.CHATS_PER_MINUTE = settings.LOGINS_PER_MINUTE = 3
    counting.forget()
    yield
    counting.forget()


def vote(client: Client, battle: Battle, **headers: str) -> int:
    address = f"/arena/battles/{battle.pk}/vote/"
    return client.post(address, {"choice": "A"}, headers=headers).status_code


def many_votes(client: Client, count: int) -> list[int]:
    return [vote(client, factories.battle(prompt=str(number))) for number in range(count)]


@pytest.mark.usefixtures("valkey")
class TestLimits:
    def test_refuse_a_person_and_say_when_to_come_back(self) -> None:
        client = voting.browser()
        taken = many_votes(client, 3)

        refused = client.post(f"/arena/battles/{factories.battle().pk}/vote/", {"choice": "A"})

        assert taken == [302, 302, 302]
        assert refused.status_code == REFUSED
        assert int(refused.headers["Retry-After"]) >= 1
        assert "Nothing was lost" in refused.content.decode()
        assert Vote.objects.count() == 3

    def test_refuse_a_network_whoever_asks(self) -> None:
        battles = [factories.battle(voter=f"v{number}") for number in range(8)]

        answers = [vote(voting.browser(each.voter), each) for each in battles]

        assert answers == [302] * 6 + [REFUSED] * 2

    def test_believe_no_forged_header(self) -> None:
        battles = [factories.battle(voter=f"v{number}") for number in range(40)]

        answers = [
            vote(
                voting.browser(each.voter),
                each,
                **{
                    "X-Forwarded-For": f"203.0.113.{number}",
                    "Forwarded": f"for=198.51.100.{number}",
                    "CF-Connecting-IP": f"192.0.2.{number}",
                    "X-Real-IP": f"192.0.2.{number}",
                },
            )
            for number, each in enumerate(battles)
        ]

        assert answers.count(302) == 6
        assert Vote.objects.count() == 6

    def test_have_the_api_s_one_shape(self, client: Client) -> None:
        headers = {"authorization": f"Bearer {Caller('ada').token()}"}

        def cast() -> object:
            address = f"/api/v1/battles/{factories.battle().pk}/vote"
            body = {"choice": "A"}
            return client.post(address, body, content_type="application/json", headers=headers)

        *taken, refused = [cast() for _ in range(4)]

        assert [each.status_code for each in taken] == [201] * 3  # type: ignore[attr-defined]
        assert refused.status_code == REFUSED  # type: ignore[attr-defined]
        assert refused.json()["code"] == "TOO_MANY_REQUESTS"  # type: ignore[attr-defined]
        for each in (taken[0], refused):
            policy = each.headers["RateLimit-Policy"]  # type: ignore[attr-defined]
            assert policy.startswith('"vote";q=3;w=')

    def test_hold_for_signing_in_whatever_the_session(self) -> None:
        form = {"username": "ada", "password": "guess"}

        answers = [Client().post("/admin/login/", form).status_code for _ in range(8)]

        assert answers == [200] * 6 + [REFUSED] * 2

    def test_never_hold_for_reading(self) -> None:
        assert {voting.browser().get("/arena/votes/").status_code for _ in range(20)} == {200}

    def test_are_counted_in_valkey_under_a_hash(self, valkey: object) -> None:
        many_votes(voting.browser(), 1)

        store = valkey.__class__.from_url(counting.settings.REDIS_URL, db=1)  # type: ignore[attr-defined]
        keys = b" ".join(store.keys("limit:*"))

        assert keys.count(b"limit:vote") == 2
        assert b"127.0.0.1" not in keys
        assert b"ada" not in keys


class TestWithoutValkey:
    def test_limits_are_stricter(self, settings: Settings) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        settings.VOTES_PER_MINUTE = 8
        counting.forget()

        answers = many_votes(voting.browser(), 4)

        assert answers == [302, 302, REFUSED, REFUSED]


class TestNetwork:
    def key(self, peer: str, **headers: str) -> str:
        request = RequestFactory().post("/", REMOTE_ADDR=peer, headers=headers)
        return network_key(request, now=NOON)

    def test_is_a_64_of_ipv6_and_an_address_of_ipv4(self) -> None:
        assert self.key("2001:db8:1:2::1") == self.key("2001:db8:1:2:ffff::9")
        assert self.key("2001:db8:1:2::1") != self.key("2001:db8:1:3::1")
        assert self.key("192.0.2.1") != self.key("192.0.2.2")
        assert self.key("::ffff:192.0.2.1") == self.key("192.0.2.1")

    def test_is_told_by_as_many_proxies_as_are_ours(self, settings: Settings) -> None:
        settings.NUM_PROXIES = 1
        forged = {"X-Forwarded-For": "203.0.113.5, 198.51.100.7"}

        assert self.key("10.0.0.1", **forged) == self.key(
            "10.0.0.1", **{"X-Forwarded-For": "198.51.100.7"}
        )
        assert self.key("10.0.0.1", **{"X-Forwarded-For": "nonsense"}) == self.key("nobody")

    def test_changes_its_hash_every_day(self) -> None:
        request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
        days = [network_key(request, now=NOON + timedelta(days=day)) for day in range(2)]

        assert days[0] != days[1]
        assert "192" not in days[0]
