"""The ratings pages: what is chosen is in the address, and every number has its interval."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arena import ratings
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
GERMAN = "Was ist das und wie macht man es nicht?"


def cast(a: Contender, b: Contender, choices: str, prompt: str = "What is 2 plus 2?") -> None:
    names = {"T": "TIE", "X": "BOTH_BAD"}
    for choice in choices:
        factories.vote(factories.battle(a, b, prompt=prompt), names.get(choice, choice))


@pytest.fixture
def people() -> tuple[Contender, Contender, Contender]:
    """Publish ratings: the owl beats the hen, the cat is judged in German only."""
    owl, hen, cat = (factories.model(name) for name in ("Owl", "Hen", "Cat"))
    cast(owl, hen, "A" * 30 + "BTX")
    cast(cat, hen, "AAB", prompt=GERMAN)
    ratings.refresh(now=NOON)
    return owl, hen, cat


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


class TestIndex:
    @pytest.mark.usefixtures("people")
    def test_shows_the_strongest_first_with_intervals(self, client: Client) -> None:
        page = text(client, "/ratings/")

        assert page.index(">Owl<") < page.index(">Hen<")
        assert page.count("wide-interval") == 3
        assert "36 counted votes" in page
        assert "1 ties and 1 times both bad" in page

    @pytest.mark.usefixtures("people")
    def test_marks_the_provisional(self, client: Client) -> None:
        assert text(client, "/ratings/").count(">Provisional</span>") == 1  # the cat

    @pytest.mark.usefixtures("people")
    def test_narrows_to_a_category(self, client: Client) -> None:
        page = text(client, "/ratings/?category=german")

        assert ">Cat<" in page
        assert ">Owl<" not in page
        assert "3 counted votes" in page

    @pytest.mark.usefixtures("people")
    def test_tells_what_style_is_worth(self, client: Client) -> None:
        assert "What style is worth" in text(client, "/ratings/?style=controlled")
        assert "What style is worth" not in text(client, "/ratings/")

    @pytest.mark.usefixtures("people")
    def test_keeps_the_rest_of_the_choice_in_every_link(self, client: Client) -> None:
        page = text(client, "/ratings/?category=german&style=controlled")

        assert 'href="?style=controlled"' in page
        assert 'href="?category=german"' in page

    def test_narrows_to_a_weight_class(self, client: Client) -> None:
        suite = factories.suite("zoo")
        owl, hen = factories.model("Owl"), factories.model("Hen")
        factories.run(owl, suite, peak_memory_bytes=500_000_000)
        factories.run(hen, suite, peak_memory_bytes=3_000_000_000)
        cast(owl, hen, "AB")
        ratings.refresh(now=NOON)

        page = text(client, "/ratings/?class=flyweight")

        assert ">Hen<" in page
        assert ">Owl<" not in page

    def test_shows_groups_that_never_met_apart(self, client: Client) -> None:
        cast(factories.model(), factories.model(), "AB")
        cast(factories.model(), factories.model(), "AB")
        ratings.refresh(now=NOON)

        page = text(client, "/ratings/")

        assert "2 groups that were never compared" in page
        assert page.count("<table") == 2

    def test_hides_who_is_not_listed(
        self, client: Client, people: tuple[Contender, Contender, Contender]
    ) -> None:
        Contender.objects.filter(pk=people[0].pk).update(is_listed=False)

        assert ">Owl<" not in text(client, "/ratings/")

    def test_says_what_to_do_while_there_are_no_votes(self, client: Client) -> None:
        assert "No votes here yet" in text(client, "/ratings/")
        assert "Nobody has judged" in text(client, "/ratings/?category=code")

    @pytest.mark.parametrize(
        "query", ["category=nonsense", "class=nonsense", "style=nonsense", "category=%00&x[]=1"]
    )
    def test_takes_nonsense_for_no_choice(self, client: Client, query: str) -> None:
        assert "No votes here yet" in text(client, f"/ratings/?{query}")

    @pytest.mark.usefixtures("people")
    def test_asks_as_few_questions_for_many_contenders(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(5):
            cast(factories.model(), factories.model(), "AB")
        ratings.refresh(now=NOON)

        with django_assert_max_num_queries(30):
            client.get("/ratings/")


class TestExport:
    @pytest.mark.usefixtures("people")
    def test_sends_a_table_with_the_fields_names(self, client: Client) -> None:
        rows = list(csv.DictReader(io.StringIO(text(client, "/ratings.csv"))))

        assert [row["name"] for row in rows][-1] == "Hen"
        assert float(rows[0]["rating_lower"]) < float(rows[0]["rating"])
        assert client.get("/ratings.json").json()[0]["rank"] == 1

    def test_knows_no_other_kind(self, client: Client) -> None:
        assert client.get("/ratings.exe").status_code == 404


class TestHistory:
    def test_draws_what_was_kept(
        self, client: Client, people: tuple[Contender, Contender, Contender]
    ) -> None:
        cast(people[0], people[1], "B")
        ratings.refresh(now=NOON + timedelta(minutes=1))

        page = text(client, f"/ratings/history/{people[0].slug}/")

        assert 'id="chart-figure"' in page
        assert page.count('scope="row"') == 2

    def test_is_empty_before_the_first_vote(self, client: Client) -> None:
        page = text(client, f"/ratings/history/{factories.model().slug}/")

        assert "No rating yet" in page

    def test_knows_no_stranger(self, client: Client) -> None:
        assert client.get("/ratings/history/nobody/").status_code == 404


class TestMatrix:
    @pytest.mark.usefixtures("people")
    def test_tells_who_won_and_how_often_two_met(self, client: Client) -> None:
        page = text(client, "/ratings/matrix/")

        assert "30 won, 1 lost, 1 tied, 1 both bad" in page
        assert "1 won, 30 lost, 1 tied, 1 both bad" in page
        assert page.count('aria-label="never met"') == 2

    def test_is_empty_before_the_first_vote(self, client: Client) -> None:
        assert "Nobody has met yet" in text(client, "/ratings/matrix/?category=code")


class TestPairs:
    def test_publishes_the_chances(self, client: Client) -> None:
        model = factories.model("Base")
        for each in (model, factories.adapter("Layer", parent=model), factories.model("Other")):
            factories.deployment(each)

        page = text(client, "/ratings/pairs/")

        assert "layer and parent" in page
        assert "3 pairs of 3 contenders" in page

    def test_is_empty_while_nobody_can_answer(self, client: Client) -> None:
        assert "No pair can meet" in text(client, "/ratings/pairs/")


class TestApi:
    @pytest.mark.usefixtures("people")
    def test_tells_a_category_with_style_controlled(self, client: Client) -> None:
        found = client.get("/api/v1/ratings?category=german&style=controlled").json()

        assert (found["category"], found["is_style_controlled"], found["votes"]) == (
            "german", True, 3,
        )  # fmt: skip
        assert {each["mark"] for each in found["style"]} == {"length", "headers", "bold", "lists"}

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("category=nonsense", "UNKNOWN_CATEGORY"),
            ("class=nonsense", "UNKNOWN_CLASS"),
            ("style=nonsense", "INVALID_INPUT"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, client: Client, query: str, code: str) -> None:
        response = client.get(f"/api/v1/ratings?{query}")

        assert (response.status_code, response.json()["code"]) == (400, code)

    def test_tells_a_history(
        self, client: Client, people: tuple[Contender, Contender, Contender]
    ) -> None:
        found = client.get(f"/api/v1/ratings/history/{people[0].slug}").json()

        assert [each["votes"] for each in found["moments"]] == [33]
        assert client.get("/api/v1/ratings/history/nobody").status_code == 404

    @pytest.mark.usefixtures("people")
    def test_tells_the_matrices(self, client: Client) -> None:
        found = client.get("/api/v1/ratings/matrix").json()

        assert sum(map(sum, found["battles"])) == 2 * 36
        assert sum(map(sum, found["wins"])) == 34
        assert sum(map(sum, found["both_bad"])) == sum(map(sum, found["ties"])) == 2

    def test_tells_chances_that_sum_to_one(self, client: Client) -> None:
        for _ in range(4):
            factories.deployment(factories.model())

        found = client.get("/api/v1/ratings/pairs").json()

        assert len(found["pairs"]) == 6
        assert sum(each["chance"] for each in found["pairs"]) == pytest.approx(1)
