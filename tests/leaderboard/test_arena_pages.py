"""The arena's pages, as a browser without JavaScript sees them."""

from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from arena.models import Battle, Turn
from evals.models import Deployment
from tests import factories
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]


def page(client: Client, battle: Battle) -> str:
    return client.get(f"/arena/battles/{battle.pk}/").content.decode()


class TestArena:
    def test_asks_for_a_prompt_when_two_can_answer(self, client: Client) -> None:
        voting.opponents()
        voting.suggestions("Tell me a story.")

        html = client.get("/arena/").content.decode()

        assert 'name="prompt"' in html
        assert "Tell me a story." in html

    def test_sets_no_voter_before_a_battle(self, client: Client) -> None:
        response = client.get("/arena/")

        assert settings.SESSION_COOKIE_NAME not in response.cookies

    def test_says_that_engines_are_starting(self, client: Client) -> None:
        starting, _ready = voting.opponents()
        Deployment.objects.filter(contender=starting).update(state=Deployment.State.STARTING)

        html = client.get("/arena/").content.decode()

        assert "1 engine is starting." in html
        assert "only one is ready yet" in html
        assert 'name="prompt"' not in html

    def test_offers_prepared_battles_without_any_engine(self, client: Client) -> None:
        factories.battle(voter="", is_prepared=True)

        html = client.get("/arena/").content.decode()

        assert "No engine is running" in html
        assert "/arena/prepared/" in html

    def test_starts_a_battle(self, client: Client) -> None:
        voting.opponents()

        response = client.post("/arena/", {"prompt": "Why is the sky blue?"})

        battle = Battle.objects.get()
        assert response.headers["Location"] == f"/arena/battles/{battle.pk}/"
        assert Turn.objects.get(battle=battle).prompt == "Why is the sky blue?"
        assert battle.voter.startswith("anon-")

    def test_rings_the_workers(
        self,
        client: Client,
        valkey: redis.Redis,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        voting.opponents()

        with django_capture_on_commit_callbacks(execute=True):
            client.post("/arena/", {"prompt": "Why is the sky blue?"})

        assert voting.is_rung(valkey)

    def test_keeps_one_voter_through_several_battles(self, client: Client) -> None:
        voting.opponents()

        client.post("/arena/", {"prompt": "One"})
        client.post("/arena/", {"prompt": "Two"})

        assert Battle.objects.values("voter").distinct().count() == 1

    def test_lets_someone_signed_in_vote_as_themselves(
        self, client: Client, django_user_model: type
    ) -> None:
        voting.opponents()
        ada = django_user_model.objects.create_user("ada")  # type: ignore[attr-defined]
        client.force_login(ada)

        client.post("/arena/", {"prompt": "One"})

        assert Battle.objects.get().voter == f"user-{ada.pk}"

    def test_takes_a_suggested_prompt(self, client: Client) -> None:
        voting.opponents()
        prompt, _ = voting.suggestions("Tell me a story.", "Count to three.")

        client.post("/arena/", {"source": prompt.pk})

        turn = Turn.objects.get()
        assert (turn.prompt, turn.source) == ("Tell me a story.", prompt)

    def test_surprises(self, client: Client) -> None:
        voting.opponents()
        voting.suggestions("Tell me a story.")

        client.post("/arena/surprise/")

        assert Turn.objects.get().prompt == "Tell me a story."

    @pytest.mark.parametrize(
        ("bad", "prompt", "status", "sentence"),
        [
            ("B66", "", 400, "Write a prompt first."),
            ("B66", " \n\t ", 400, "Write a prompt first."),
            ("B66", "\u200b", 400, "Write a prompt first."),
            ("B67", "x" * 200_000, 413, "A prompt has at most 4,000 characters."),
            ("B68", "a\x00b", 400, "characters that are not text"),
        ],
    )
    def test_refuses_a_bad_prompt_with_a_sentence(
        self, client: Client, bad: str, prompt: str, status: int, sentence: str
    ) -> None:
        voting.opponents()

        response = client.post("/arena/", {"prompt": prompt})

        assert response.status_code == status
        assert sentence in response.content.decode()
        assert not Battle.objects.exists()

    def test_keeps_a_refused_prompt_in_the_field(self, client: Client) -> None:
        voting.opponents()

        response = client.post("/arena/", {"prompt": "<b>" + "x" * 4_000})

        assert "&lt;b&gt;xxx" in response.content.decode()

    def test_refuses_an_unknown_suggestion(self, client: Client) -> None:
        voting.opponents()

        response = client.post("/arena/", {"source": "7; drop table"})

        assert response.status_code == 400
        assert not Battle.objects.exists()

    def test_refuses_when_nobody_can_answer(self, client: Client) -> None:
        response = client.post("/arena/", {"prompt": "Hello?"})

        assert response.status_code == 503
        assert not Battle.objects.exists()

    def test_refuses_a_foreign_form(self) -> None:
        voting.opponents()

        response = Client(enforce_csrf_checks=True).post("/arena/", {"prompt": "Hello?"})

        assert response.status_code == 403
        assert not Battle.objects.exists()

    def test_asks_the_database_equally_often_for_many(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        voting.opponents(*(f"Model {number}" for number in range(12)))
        voting.suggestions(*(f"Prompt {number}" for number in range(50)))

        with django_assert_num_queries(5):
            client.get("/arena/")


class TestPrepared:
    def test_gives_a_battle_at_once(self, client: Client) -> None:
        battle = factories.battle(voter="", is_prepared=True)

        html = client.post("/arena/prepared/", follow=True).content.decode()

        assert "Which answer is better?" in html
        assert Battle.objects.get(pk=battle.pk).voter.startswith("anon-")

    def test_says_when_none_is_left(self, client: Client) -> None:
        html = client.post("/arena/prepared/", follow=True).content.decode()

        assert "No prepared battle is left right now." in html


class TestNext:
    def test_prefers_a_prepared_battle(self, client: Client) -> None:
        battle = factories.battle(voter="", is_prepared=True)

        response = client.post("/arena/next/")

        assert response.headers["Location"] == f"/arena/battles/{battle.pk}/"

    def test_else_takes_a_suggested_prompt(self, client: Client) -> None:
        voting.opponents()
        voting.suggestions("Tell me a story.")

        client.post("/arena/next/")

        assert Turn.objects.get().prompt == "Tell me a story."

    def test_else_leads_to_the_arena(self, client: Client) -> None:
        response = client.post("/arena/next/")

        assert response.headers["Location"] == "/arena/"


class TestBattle:
    def test_does_not_exist_for_anyone_else(self, client: Client) -> None:
        battle = factories.battle(voter="ada")
        unowned = factories.battle(voter="", is_prepared=True)

        for visitor in (client, voting.browser("eve"), voting.browser("")):
            for each in (battle, unowned):
                assert visitor.get(f"/arena/battles/{each.pk}/").status_code == 404
        assert client.get(f"/arena/battles/{uuid4()}/").status_code == 404

    def test_waits_for_both_answers_without_javascript(self) -> None:
        battle = factories.battle(answers=None)

        html = page(voting.browser(), battle)

        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in html
        assert html.count("disabled") == 4
        assert "You can vote when both answers are complete." in html

    def test_shows_both_answers_as_safe_markdown(self) -> None:
        battle = factories.battle(answers=("**four**", "<script>alert(1)</script>"))

        html = page(voting.browser(), battle)

        assert "<strong>four</strong>" in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "disabled" not in html

    def test_escapes_the_prompt(self) -> None:
        battle = factories.battle(prompt="<img src=x onerror=alert(1)>")

        html = page(voting.browser(), battle)

        assert "&lt;img src=x" in html

    def test_is_not_kept_by_any_cache(self) -> None:
        battle = factories.battle()

        response = voting.browser().get(f"/arena/battles/{battle.pk}/")

        assert "no-store" in response.headers["Cache-Control"]

    def test_fails_without_naming_anyone(self) -> None:
        battle = factories.battle(factories.model("Heron"), answers=None, state=Battle.State.FAILED)

        html = page(voting.browser(), battle)

        assert "This battle fell through" in html
        assert "Ask it again" in html
        assert "Heron" not in html

    def test_asks_the_database_equally_often_however_it_stands(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        ready, waiting = factories.battle(), factories.battle(answers=None)

        for battle in (ready, waiting):
            with django_assert_num_queries(3):
                page(voting.browser(), battle)
