"""Every vote has a state that its voter sees, and the rules' work is public."""

import pytest
from django.test import Client

from arena import changelog
from leaderboard.api.callers import Caller
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = pytest.mark.django_db


class TestMyVotes:
    def test_shows_each_with_whether_it_counts(self) -> None:
        factories.vote(factories.battle(factories.model("Heron"), prompt="Sing."))
        factories.vote(factories.battle(prompt="Dance."), exclusion="IDENTITY_LEAK")

        html = voting.browser().get("/arena/votes/").content.decode()

        assert "1 of 2 count" in html
        assert "Heron" in html
        assert "Kept but not counted: an answer gave away which model wrote it." in html

    def test_shows_nobody_else_s(self, client: Client) -> None:
        factories.vote(factories.battle(prompt="Secret."))

        for stranger in (client, voting.browser("eve")):
            html = stranger.get("/arena/votes/").content.decode()
            assert "Secret." not in html
            assert "You have not voted from this browser yet." in html

    def test_asks_as_few_questions_for_many(self, django_assert_num_queries: object) -> None:
        browser = voting.browser()
        for number in range(12):
            factories.vote(factories.battle(prompt=str(number)))

        with django_assert_num_queries(5):  # type: ignore[operator]
            browser.get("/arena/votes/")

    def test_are_told_to_programs(self, client: Client) -> None:
        vote = factories.vote(factories.battle(), "TIE", exclusion="DAILY_CAP")
        headers = {"authorization": f"Bearer {Caller('ada').token()}"}

        mine = client.get("/api/v1/votes", headers=headers).json()
        nobody = client.get("/api/v1/votes").json()

        assert mine["total"] == 1
        assert mine["items"][0]["battle"] == str(vote.battle_id)
        assert mine["items"][0]["exclusion"] == "DAILY_CAP"
        assert mine["items"][0]["is_counted"] is False
        assert nobody["total"] == 0


class TestChangelog:
    def test_shows_events_and_what_every_rule_leaves_out(self, client: Client) -> None:
        factories.vote(factories.battle(), exclusion="DUPLICATE")
        changelog.append(kind="EXCLUSION", sentence="A series was left out.", count=7, now=NOON)

        html = client.get("/changelog/").content.decode()

        assert "A series was left out." in html
        assert "7 votes" in html
        assert "<dt>1</dt><dd>left out because its voter judged the same prompt" in html

    def test_is_told_to_programs_with_its_chain(self, client: Client) -> None:
        events = [
            changelog.append(kind="POLICY", sentence=sentence, now=NOON)
            for sentence in ("One.", "Two.")
        ]

        items = client.get("/api/v1/changelog").json()["items"]

        assert [each["sentence"] for each in items] == ["Two.", "One."]
        assert items[0]["previous"] == items[1]["digest"] == events[0].digest
