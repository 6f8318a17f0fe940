"""Further turns, stop, leave, reasons, sharing and talks by name, on the page and in the API."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from arena.models import Battle, Feedback, SharedBattle, Turn
from evals.models import Contender
from leaderboard.api.callers import Caller
from tests import factories
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


def post(battle: Battle, what: str, client: Client | None = None, **fields: Any) -> str:
    address = f"/arena/battles/{battle.pk}/{what}/"
    response = (client or voting.browser()).post(address, fields, follow=True)
    return response.content.decode()


def call(method: str, address: str, body: Any = None, voter: str = "ada") -> Any:
    send = getattr(Client(), method)
    return send(
        f"/api/v1{address}",
        json.dumps(body or {}),
        content_type="application/json",
        headers={"authorization": f"Bearer {Caller(voter).token()}"},
    )


def judged(**fields: Any) -> Battle:
    battle = factories.battle(factories.model("Heron"), factories.model("Wren"), **fields)
    factories.vote(battle)
    return battle


class TestAskOn:
    def test_writes_the_next_turn_below_the_first(self) -> None:
        html = post(factories.battle(answers=("four", "4")), "turns", prompt="And twice?")

        assert Turn.objects.order_by("-number")[0].prompt == "And twice?"
        assert html.index("four") < html.index("And twice?") < html.index("is-writing")

    def test_says_why_not(self) -> None:
        html = post(judged(), "turns", prompt="And twice?")

        assert "This battle is over. Start a new one." in html

    def test_is_done_by_programs_too(self) -> None:
        battle = factories.battle()

        response = call("post", f"/battles/{battle.pk}/turns", {"prompt": "And twice?"})

        assert response.status_code == 201
        assert [turn["number"] for turn in response.json()["turns"]] == [1, 2]
        assert response.json()["state"] == "ANSWERING"

    @pytest.mark.parametrize(("prompt", "status"), [("", 400), ("x" * 9000, 413), ("a\x00", 400)])
    def test_refuses_a_bad_prompt(self, prompt: str, status: int) -> None:
        battle = factories.battle()

        response = call("post", f"/battles/{battle.pk}/turns", {"prompt": prompt})

        assert response.status_code == status
        assert battle.turns.count() == 1

    @pytest.mark.parametrize("what", ["turns", "stop", "leave", "reasons", "share"])
    def test_does_not_exist_for_anyone_else(self, what: str) -> None:
        battle = factories.battle()

        for voter in ("eve", ""):
            client = voting.browser(voter)
            response = client.post(f"/arena/battles/{battle.pk}/{what}/", {"prompt": "Me!"})
            assert response.status_code == 404


class TestStopAndLeave:
    def test_stop_is_noted(self) -> None:
        battle = factories.battle(answers=None)

        response = call("post", f"/battles/{battle.pk}/stop")

        assert response.status_code == 202
        assert Turn.objects.get().stopped_at is not None

    def test_stop_after_the_end_changes_nothing(self) -> None:
        battle = factories.battle()

        assert "Which answer is better?" in post(battle, "stop")
        assert call("post", f"/battles/{battle.pk}/stop").json()["code"] == "NOT_ANSWERING"

    def test_leaving_hides_the_names_for_good(self) -> None:
        battle = factories.battle(factories.model("Heron"))

        post(battle, "leave")

        html = voting.browser().get(f"/arena/battles/{battle.pk}/").content.decode()
        assert "You left this battle" in html
        assert "Heron" not in html
        assert call("post", f"/battles/{battle.pk}/leave").json()["state"] == "ABANDONED"


class TestReasons:
    def test_are_kept_beside_the_vote(self) -> None:
        battle = judged()

        html = post(battle, "reasons", a=["USEFUL", "CLEAR"], b=["TOO_LONG"], comment=" Neat. ")

        kept = Feedback.objects.get()
        assert (kept.reasons_a, kept.reasons_b) == (["USEFUL", "CLEAR"], ["TOO_LONG"])
        assert kept.comment == "Neat."
        assert len(re.findall(r'value="\w+" checked', html)) == 3

    def test_replace_earlier_ones(self) -> None:
        battle = judged()
        post(battle, "reasons", a=["USEFUL"])

        response = call("put", f"/battles/{battle.pk}/reasons", {"b": ["WRONG"]})

        assert response.status_code == 200
        assert Feedback.objects.get().reasons_b == ["WRONG"]

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"a": ["LOVELY"]}, 400, "BAD_REASON"),
            ({"comment": "x" * 2001}, 413, "COMMENT_TOO_LONG"),
            ({"comment": "a\x00b"}, 400, "BAD_TEXT"),
        ],
    )
    def test_are_checked(self, body: Any, status: int, code: str) -> None:
        response = call("put", f"/battles/{judged().pk}/reasons", body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert not Feedback.objects.exists()

    def test_come_after_the_vote(self) -> None:
        response = call("put", f"/battles/{factories.battle().pk}/reasons", {"a": ["USEFUL"]})

        assert (response.status_code, response.json()["code"]) == (409, "NOT_VOTED")


class TestSharing:
    def test_shows_the_battle_to_anyone_until_it_is_revoked(self, client: Client) -> None:
        battle = judged(prompt="Why is it blue?", answers=("**Light.**", "Air."))

        post(battle, "share")
        address = f"/arena/shared/{SharedBattle.objects.get().key}/"
        html = client.get(address).content.decode()
        post(battle, "share", revoke="yes")

        assert '<meta property="og:title" content="Heron beats Wren">' in html
        assert "<strong>Light.</strong>" in html
        assert "ada" not in html
        assert str(battle.pk) not in html
        assert client.get(address).status_code == 404

    def test_gives_one_address_however_often_it_is_asked(self) -> None:
        battle = judged()

        first, second = (call("put", f"/battles/{battle.pk}/shared") for _ in range(2))

        assert first.json() == second.json()
        assert call("delete", f"/battles/{battle.pk}/shared").status_code == 204

    def test_waits_for_the_vote(self) -> None:
        response = call("put", f"/battles/{factories.battle().pk}/shared")

        assert (response.status_code, response.json()["code"]) == (409, "NOT_VOTED")


class TestErasing:
    def test_deletes_what_was_said_and_keeps_the_verdict(self) -> None:
        battle = judged(answers=("a heron", "a wren"))
        assert (
            "Delete this conversation"
            in voting.browser().get(f"/arena/battles/{battle.pk}/").content.decode()
        )

        html = post(battle, "erase")

        assert "What was said here is deleted." in html
        assert "a heron" not in html
        assert "Delete this conversation" not in html
        assert Battle.objects.get().state == Battle.State.VOTED

    def test_is_open_to_programs_and_to_nobody_else(self) -> None:
        battle = judged()

        assert call("delete", f"/battles/{battle.pk}/conversation", voter="eve").status_code == 404
        assert call("delete", f"/battles/{battle.pk}/conversation").status_code == 204
        assert Turn.objects.get().prompt == ""


class TestNamed:
    def test_opens_an_adapter_against_its_parent(self, client: Client) -> None:
        heron, _ = voting.opponents("Heron", "Albatross")
        tutor = factories.adapter("Tutor", parent=heron)
        factories.deployment(tutor)

        html = client.get(f"/arena/side-by-side/?a={tutor.slug}").content.decode()

        assert selected(html) == [tutor.slug, heron.slug]

    def test_names_both_from_the_start(self, client: Client) -> None:
        heron, wren = voting.opponents()
        fields = {"a": wren.slug, "b": heron.slug, "prompt": "Hi"}

        html = client.post("/arena/side-by-side/", fields, follow=True).content.decode()

        assert html.index("Wren") < html.index("Heron")
        assert "never counted" in html
        assert 'value="BOTH_BAD"' not in html

    def test_chats_with_one(self, client: Client) -> None:
        heron, _ = voting.opponents()

        html = client.get(f"/arena/chat/?with={heron.slug}").content.decode()
        talk = client.post("/arena/chat/", {"with": heron.slug, "prompt": "Hi"}, follow=True)

        assert selected(html) == [heron.slug]
        assert talk.content.decode().count("data-side") == 1
        assert Battle.objects.get().mode == Battle.Mode.CHAT

    @pytest.mark.parametrize("slug", ["nobody", "", "<script>", "x" * 10_000, "a\x00"])
    def test_refuses_whom_it_does_not_know(self, client: Client, slug: str) -> None:
        voting.opponents()

        response = client.post("/arena/chat/", {"with": slug, "prompt": "Hi"})

        assert response.status_code == 400
        assert "There is no contender" in response.content.decode()

    def test_is_open_to_programs(self) -> None:
        slugs = [each.slug for each in voting.opponents()]

        response = call("post", "/conversations", {"prompt": "Hi", "contenders": slugs})

        assert (response.status_code, response.json()["mode"]) == (201, "SIDE_BY_SIDE")

    @pytest.mark.parametrize("count", [0, 3])
    def test_takes_one_or_two(self, count: int) -> None:
        voting.opponents("A", "B", "C")
        slugs = list(Contender.objects.values_list("slug", flat=True))[:count]

        response = call("post", "/conversations", {"prompt": "Hi", "contenders": slugs})

        assert (response.status_code, response.json()["code"]) == (400, "BAD_PAIR")


def selected(html: str) -> list[str]:
    return re.findall(r'value="([^"]+)" selected', html)
