"""Voting on the page: one verdict, then who wrote what and what it moved."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from arena import ratings
from arena.models import Battle, Vote
from tests import factories
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


def page(client: Client, battle: Battle) -> str:
    return client.get(f"/arena/battles/{battle.pk}/").content.decode()


def cast(client: Client, battle: Battle, choice: str) -> str:
    response = client.post(f"/arena/battles/{battle.pk}/vote/", {"choice": choice}, follow=True)
    return response.content.decode()


class TestVote:
    def test_reveals_who_wrote_what_and_what_the_vote_moved(self) -> None:
        heron = factories.model("Heron")
        sums = factories.adapter("Sums", parent=factories.adapter("Tutor", parent=heron))
        battle = factories.battle(sums, factories.baseline("Oracle"))

        html = cast(voting.browser(), battle, "A")

        assert "Sums beats Oracle" in html
        assert f'href="/contenders/{heron.slug}/"' in html
        assert "Tutor" in html
        assert "1,008" in html
        assert "Your vote counts: A is better" in html

    def test_rings_for_new_ratings(
        self,
        valkey: redis.Redis,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        battle = factories.battle()

        with django_capture_on_commit_callbacks(execute=True):
            cast(voting.browser(), battle, "A")

        assert voting.is_rung(valkey)

    def test_shows_ratings_once_they_include_it(self) -> None:
        battle = factories.battle()
        client = voting.browser()

        before = cast(client, battle, "B")
        ratings.refresh(now=timezone.now())
        after = page(client, battle)

        assert "counting" in before
        assert 'hx-trigger="load delay:700ms"' in before
        assert "counting" not in after
        assert "hx-trigger" not in after
        assert "Provisional" in after

    def test_stops_waiting_for_ratings_after_a_while(self) -> None:
        battle = factories.battle()
        factories.vote(battle, cast_at=timezone.now() - timedelta(minutes=5))

        html = page(voting.browser(), battle)

        assert "hx-trigger" not in html
        assert "not yet" in html

    def test_says_why_a_vote_does_not_count(self) -> None:
        battle = factories.battle()
        factories.vote(battle, exclusion="IDENTITY_LEAK")

        html = page(voting.browser(), battle)

        assert "kept but not counted: an answer gave away which model wrote it." in html

    def test_is_the_same_vote_when_repeated(self) -> None:
        battle = factories.battle()
        client = voting.browser()

        cast(client, battle, "TIE")
        html = cast(client, battle, "TIE")

        assert "drew" in html
        assert Vote.objects.get().choice == "TIE"

    def test_stands_when_another_follows(self) -> None:
        battle = factories.battle()
        client = voting.browser()

        cast(client, battle, "A")
        html = cast(client, battle, "B")

        assert "You have judged this battle already." in html
        assert Vote.objects.get().choice == "A"

    def test_waits_for_both_answers(self) -> None:
        battle = factories.battle(answers=None)

        html = cast(voting.browser(), battle, "A")

        assert "Wait until both answers are complete." in html
        assert not Vote.objects.exists()

    def test_refuses_a_failed_battle(self) -> None:
        battle = factories.battle(answers=None, state=Battle.State.FAILED)

        html = cast(voting.browser(), battle, "A")

        assert "there is nothing to judge" in html
        assert not Vote.objects.exists()

    @pytest.mark.parametrize("choice", ["", "c", "A ", "a", "null", "[]", str(2**63), "A\x00"])
    def test_refuses_what_is_no_verdict(self, choice: str) -> None:
        battle = factories.battle()

        response = voting.browser().post(f"/arena/battles/{battle.pk}/vote/", {"choice": choice})

        assert response.status_code == 400
        assert response.content == b"Choose A, B, a tie, or both bad."
        assert not Vote.objects.exists()

    def test_is_for_the_owner_only(self) -> None:
        battle = factories.battle(voter="ada")

        response = voting.browser("eve").post(f"/arena/battles/{battle.pk}/vote/", {"choice": "A"})

        assert response.status_code == 404
        assert not Vote.objects.exists()

    def test_is_never_a_get(self) -> None:
        battle = factories.battle()

        response = voting.browser().get(f"/arena/battles/{battle.pk}/vote/?choice=A&_method=POST")

        assert response.status_code == 405

    @pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}])
    def test_refuses_a_foreign_form(self, headers: dict[str, str]) -> None:
        battle = factories.battle()
        client = voting.browser(enforce_csrf_checks=True)

        response = client.post(
            f"/arena/battles/{battle.pk}/vote/", {"choice": "A"}, headers=headers
        )

        assert response.status_code == 403
        assert not Vote.objects.exists()

    def test_refuses_a_tampered_cookie(self) -> None:
        battle = factories.battle()
        client = voting.browser()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        cookie.set("sessionid", f"x{cookie.value}", f"x{cookie.value}")

        assert client.get(f"/arena/battles/{battle.pk}/").status_code == 404
