"""Reporting as anyone does it, deciding as staff do, on the page and in the API."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User
from arena import sharing
from arena.models import Battle, Report, Ruling, SharedBattle, Vote
from leaderboard.api.callers import Caller
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


def judged(**fields: Any) -> Battle:
    battle = factories.battle(factories.model("Heron"), factories.model("Wren"), **fields)
    factories.vote(battle)
    battle.refresh_from_db()
    return battle


def shared(battle: Battle | None = None) -> SharedBattle:
    return sharing.share(battle=battle or judged(), voter="ada", now=NOON)


@pytest.fixture
def eve() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("eve"))
    return client


def call(method: str, address: str, body: Any = None, bearer: str = "") -> Any:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    content = json.dumps(body or {})
    kind = "application/json"
    return Client().generic(method, f"/api/v1{address}", content, kind, headers=headers)


class TestReportPage:
    def test_is_one_link_away_from_every_answer(self) -> None:
        battle = factories.battle()

        html = voting.browser().get(f"/arena/battles/{battle.pk}/").content.decode()

        for place in ("1A", "1B"):
            assert f"/arena/battles/{battle.pk}/report/?at={place}" in html

    def test_takes_a_report_of_ones_own_battle(self) -> None:
        battle, ada = factories.battle(), voting.browser()
        address = f"/arena/battles/{battle.pk}/report/"
        form = ada.get(f"{address}?at=1B").content.decode()

        page = ada.post(address, {"place": "1B", "reason": "HATE", "words": "Look."}, follow=True)

        assert '<option value="1B" selected>' in form
        assert "Thank you: staff will look at it." in page.content.decode()
        kept = Report.objects.get()
        assert (kept.reporter, kept.turn, kept.side) == ("ada", 1, "B")

    def test_takes_a_report_of_a_shared_battle_from_anyone(self, client: Client) -> None:
        address = f"/arena/shared/{shared().key}/"
        assert f"{address}report/" in client.get(address).content.decode()

        client.post(f"{address}report/", {"place": "0", "reason": "PERSONAL"})
        client.post(f"{address}report/", {"place": "0", "reason": "PERSONAL"})

        assert Report.objects.get().reporter.startswith("anon-")

    def test_says_what_is_missing_and_keeps_the_words(self, client: Client) -> None:
        address = f"/arena/shared/{shared().key}/report/"

        page = client.post(address, {"place": "1A", "reason": "LOVE", "words": "Hm <b>"})

        html = page.content.decode()
        assert page.status_code == 400
        assert "Choose one of the reasons." in html
        assert "Hm &lt;b&gt;</textarea>" in html
        assert '<option value="1A" selected>' in html

    @pytest.mark.parametrize("place", ["9A", "1C", "-1", "A", "1A ", "99999", "\u0661A"])
    def test_refuses_a_place_that_is_not_there(self, client: Client, place: str) -> None:
        address = f"/arena/shared/{shared().key}/report/"

        assert client.post(address, {"place": place, "reason": "HATE"}).status_code == 400
        assert not Report.objects.exists()

    def test_does_not_exist_for_a_foreign_battle(self) -> None:
        battle = factories.battle()

        assert voting.browser("bob").get(f"/arena/battles/{battle.pk}/report/").status_code == 404


class TestQueue:
    def test_shows_what_is_reported_and_everything_to_decide_with(self, eve: Client) -> None:
        battle = judged(prompt="Say something.", answers=("**Bad.**", "Good."))
        Report.objects.create(
            battle=battle, turn=1, side="A", reason="HATE", words="Look.", reporter="bob",
            reported_at=NOON,
        )  # fmt: skip

        html = eve.get("/moderation/").content.decode()

        for told in ("Hateful or harassing", "Look.", "<strong>Bad.</strong>", "Heron", "Wren"):
            assert told in html
        assert "bob" not in html
        assert 'value="EXCLUDE"' in html

    def test_is_decided_and_turned_round_there(self, eve: Client) -> None:
        battle = judged()
        Report.objects.create(battle=battle, reason="HATE", reporter="bob", reported_at=NOON)
        address = f"/moderation/battles/{battle.pk}/"

        eve.post(f"{address}decide/", {"kind": "EXCLUDE", "reason": "A machine cast it."})
        after = eve.get("/moderation/").content.decode()
        assert Vote.objects.get().exclusion == "STAFF"
        eve.post(f"/moderation/rulings/{Ruling.objects.get().pk}/undo/")

        assert "every report has been decided" in after
        assert "A machine cast it." in after
        assert Vote.objects.get().exclusion == ""
        assert "undone by eve" in eve.get(address).content.decode()

    def test_says_why_a_decision_was_not_taken(self, eve: Client) -> None:
        address = f"/moderation/battles/{judged().pk}/decide/"

        page = eve.post(address, {"kind": "BLOCK", "reason": "x", "days": "²"}, follow=True)

        assert "Block for 1 to 365 days." in page.content.decode()
        assert not Ruling.objects.exists()

    def test_asks_the_database_as_often_for_many(
        self, eve: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(8):
            battle = judged(prompt=str(number))
            Report.objects.create(battle=battle, reason="HATE", reporter="bob", reported_at=NOON)

        with django_assert_max_num_queries(20):
            eve.get("/moderation/")

    def test_puts_who_waits_longest_first(self, eve: Client) -> None:
        late, early = judged(prompt="Late?"), judged(prompt="Early?")
        for hour, battle in ((9, late), (3, early)):
            at = NOON.replace(hour=hour)
            Report.objects.create(battle=battle, reason="HATE", reporter="bob", reported_at=at)

        html = eve.get("/moderation/").content.decode()

        assert html.index("Early?") < html.index("Late?")


class TestWithdrawn:
    def test_address_says_so_and_comes_back(self, eve: Client, client: Client) -> None:
        battle = judged(prompt="A secret thing")
        address = f"/arena/shared/{shared(battle).key}/"
        decide = f"/moderation/battles/{battle.pk}/decide/"

        eve.post(decide, {"kind": "WITHDRAW", "reason": "It names a person."})
        gone = client.get(address)
        log = client.get("/changelog/").content.decode()
        eve.post(f"/moderation/rulings/{Ruling.objects.get().pk}/undo/")

        assert gone.status_code == 410
        assert "A secret thing" not in gone.content.decode()
        assert "It names a person." in log
        assert client.get(address).status_code == 200

    def test_battle_cannot_be_shared_again(self) -> None:
        battle = judged()
        Ruling.objects.create(battle=battle, kind="WITHDRAW", reason="x", made_at=NOON)

        answer = call("PUT", f"/battles/{battle.pk}/shared", bearer=Caller("ada").token())

        assert (answer.status_code, answer.json()["code"]) == (409, "WITHDRAWN")


class TestBlocked:
    def test_voter_is_told_until_when_and_why(self) -> None:
        battle = factories.battle()
        until = NOON.replace(year=2099)
        Ruling.objects.create(
            battle=judged(), kind="BLOCK", voter="ada", until=until, reason="Rigging.", made_at=NOON
        )

        answer = call("POST", f"/battles/{battle.pk}/vote", {"choice": "A"}, Caller("ada").token())

        told = answer.json()
        assert (answer.status_code, told["code"]) == (403, "VOTER_BLOCKED")
        assert "until 2099-11-02 12:00 UTC: Rigging." in told["detail"]


class TestApi:
    def test_takes_reports_and_repeats_them(self) -> None:
        battle, ada = factories.battle(), Caller("ada").token()
        body = {"reason": "HATE", "turn": 1, "side": "A"}

        answers = [call("POST", f"/battles/{battle.pk}/reports", body, ada) for _ in range(2)]

        assert [each.status_code for each in answers] == [201, 200]
        assert answers[0].json() == answers[1].json()
        assert answers[0].json()["is_open"] is True

    def test_takes_reports_of_shared_battles_from_anyone_once_a_network(self) -> None:
        key = shared().key

        answers = [call("POST", f"/shared/{key}/reports", {"reason": "HATE"}) for _ in range(2)]

        assert [each.status_code for each in answers] == [201, 200]
        assert call("POST", "/shared/nothing/reports", {"reason": "HATE"}).status_code == 404
        assert call("POST", "/shared/a%00b/reports", {"reason": "HATE"}).status_code == 404

    def test_lets_staff_decide_and_undo_by_token(self) -> None:
        battle = judged()
        Report.objects.create(battle=battle, reason="HATE", reporter="bob", reported_at=NOON)
        eve = User.objects.create_superuser("eve")
        _, secret = tokens.issue(user=eve, name="x", scopes=["read", "moderate"], now=NOON)
        body = {"kind": "EXCLUDE", "reason": "A machine cast it."}

        cases = call("GET", "/moderation/cases", bearer=secret).json()
        made = call("POST", f"/moderation/battles/{battle.pk}/rulings", body, secret)
        again = call("POST", f"/moderation/battles/{battle.pk}/rulings", body, secret)
        undone = call("POST", f"/moderation/rulings/{made.json()['id']}/undo", bearer=secret)
        listed = call("GET", "/moderation/rulings", bearer=secret).json()

        assert [each["battle"] for each in cases["items"]] == [str(battle.pk)]
        assert (made.status_code, made.json()["made_by"]) == (201, "eve")
        assert (again.status_code, again.json()["code"]) == (409, "ALREADY_DECIDED")
        assert undone.json()["undone_at"] is not None
        assert listed["total"] == 1

    def test_keeps_everybody_else_out(self) -> None:
        bob = User.objects.create_user("bob")
        _, secret = tokens.issue(user=bob, name="x", scopes=["read", "moderate"], now=NOON)
        member = User.objects.create_user("max", is_staff=True)  # staff for something else
        _, other = tokens.issue(user=member, name="x", scopes=["read", "moderate"], now=NOON)

        for bearer in ("", secret, other, Caller("ada").token()):
            answer = call("GET", "/moderation/cases", bearer=bearer)
            assert (answer.status_code, answer.json()["code"]) == (403, "STAFF_ONLY")

    def test_wants_the_scope_of_a_moderator(self) -> None:
        eve = User.objects.create_superuser("eve")
        _, secret = tokens.issue(user=eve, name="x", scopes=["read"], now=NOON)

        answer = call("POST", f"/moderation/battles/{judged().pk}/rulings", bearer=secret)

        assert (answer.status_code, answer.json()["code"]) == (403, "SCOPE_MISSING")
