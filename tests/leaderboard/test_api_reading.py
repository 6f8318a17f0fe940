"""What anyone may read through the API: board, contenders, ratings."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from arena import ratings
from arena.models import Rating
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> Any:
    return client.get(f"/api/v1/{address}").json()


class TestBoard:
    def test_answers_before_anything_is_ranked(self, client: Client) -> None:
        body = read(client, "board")

        assert (body["suite"], body["version"]) == (None, None)
        assert (body["benchmarks"], body["rows"], body["total"]) == ([], [], 0)

    def test_tells_everything_about_a_contender(self, client: Client, settings: Settings) -> None:
        suite = factories.suite("zoo")
        settings.DEFAULT_SUITE = "zoo"
        base = factories.model("Heron")
        adapter = factories.adapter("Tutor", parent=base)
        run = factories.run(adapter, suite)
        for benchmark in suite.benchmarks.all():
            factories.score(run, benchmark, 0.625)
        factories.rating(factories.snapshot(), adapter, 1042.0)

        row = read(client, "board")["rows"][1]

        assert (row["slug"], row["name"]) == (adapter.slug, "Tutor")
        assert (row["kind"], row["parent"]) == ("ADAPTER", base.slug)
        assert row["scores"]["benchmark-0"] == {"value": 0.625, "stderr": 0.03, "samples": 200}
        assert row["average"]["value"] == pytest.approx(50.0)
        assert row["rating"] == {"value": 1042.0, "lower": 1002.0, "upper": 1082.0, "votes": 50}
        assert row["elo"] == 1042.0
        assert row["cost"]["training_usd"] == 0.01
        assert row["cost"]["stack_training_usd"] == 0.06

    def test_leaves_out_what_was_not_measured(self, client: Client, settings: Settings) -> None:
        settings.DEFAULT_SUITE = factories.suite("zoo").key
        factories.model("Heron")

        row = read(client, "board")["rows"][0]

        assert row["scores"] == {}
        assert row["average"] is row["rating"] is row["elo"] is None

    def test_comes_in_pieces_in_the_order_of_the_page(self, client: Client) -> None:
        for number in range(3):
            factories.model(f"Model {number}")

        body = read(client, "board?limit=2&offset=1&sort=name")

        assert (body["total"], body["limit"], body["offset"]) == (3, 2, 1)
        assert [row["name"] for row in body["rows"]] == ["Model 1", "Model 2"]

    def test_finds_what_the_page_finds(self, client: Client) -> None:
        heron = factories.model("Heron")
        factories.adapter("Tutor", parent=heron)
        factories.model("Wren")

        rows = read(client, f"board?q=@base:{heron.slug}&kind=adapter&layout=flat")["rows"]

        assert [row["name"] for row in rows] == ["Tutor"]

    def test_hides_who_is_not_listed(self, client: Client) -> None:
        hidden = factories.model("Secret", is_listed=False)

        response = client.get("/api/v1/board")

        assert b"Secret" not in response.content
        assert client.get(f"/api/v1/contenders/{hidden.slug}").status_code == 404

    def test_is_not_sent_again_unchanged(self, client: Client) -> None:
        factories.model("Heron")
        first = client.get("/api/v1/board")

        again = client.get("/api/v1/board", headers={"if-none-match": first.headers["ETag"]})

        assert (again.status_code, again.content) == (304, b"")


class TestEveryReading:
    @pytest.mark.parametrize("place", ["contenders", "submissions", "ratings", "queue"])
    def test_is_not_sent_again_unchanged(self, client: Client, place: str) -> None:
        factories.model("Heron")
        first = client.get(f"/api/v1/{place}")

        again = client.get(
            f"/api/v1/{place}", headers={"if-none-match": first.headers.get("ETag", "none")}
        )

        assert (again.status_code, again.content) == (304, b"")


class TestContenders:
    def test_come_in_pieces(self, client: Client) -> None:
        for number in range(3):
            factories.model(f"Model {number}")

        body = read(client, "contenders?limit=2&offset=1")

        assert (body["total"], body["limit"], body["offset"]) == (3, 2, 1)
        assert [each["name"] for each in body["items"]] == ["Model 1", "Model 2"]

    def test_can_be_of_one_kind(self, client: Client) -> None:
        factories.adapter("Tutor")
        factories.baseline("Oracle")

        body = read(client, "contenders?kind=BASELINE")

        assert [each["name"] for each in body["items"]] == ["Oracle"]

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=201", "limit=x", "limit=1e9", "offset=-1", "kind=PONY"]
    )
    def test_refuse_a_bad_query(self, client: Client, query: str) -> None:
        response = client.get(f"/api/v1/contenders?{query}")

        assert (response.status_code, response.json()["code"]) == (400, "INVALID_INPUT")
        assert response.json()["problems"][0]["field"] == query.split("=", maxsplit=1)[0]

    def test_tell_their_stack(self, client: Client) -> None:
        tutor = factories.adapter("Tutor", parent=factories.model("Heron"))
        sums = factories.adapter("Sums", parent=tutor)

        body = read(client, f"contenders/{sums.slug}")

        assert body["stack"] == [tutor.parent.slug, tutor.slug, sums.slug]  # type: ignore[union-attr]
        assert (body["parent"], body["depth"]) == (tutor.slug, 2)
        assert body["row"]["slug"] == sums.slug

    def test_keep_the_address_of_an_api_to_themselves(self, client: Client) -> None:
        oracle = factories.baseline("Oracle")

        response = client.get(f"/api/v1/contenders/{oracle.slug}")

        assert response.json()["locator"] is None
        assert b"127.0.0.1" not in response.content

    def test_ask_the_database_equally_often_for_many(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        parent = factories.model()
        for _ in range(10):
            factories.adapter(parent=parent)

        with django_assert_num_queries(2):
            read(client, "contenders")


class TestRatings:
    def test_are_empty_before_the_first_vote(self, client: Client) -> None:
        body = read(client, "ratings")

        assert (body["rows"], body["votes"], body["created_at"]) == ([], 0, None)

    def test_come_strongest_first_with_their_intervals(
        self, client: Client, settings: Settings
    ) -> None:
        settings.RATING_MIN_VOTES = 30
        heron, wren = factories.model("Heron"), factories.model("Wren")
        for choice in "A" * 28 + "B":
            factories.vote(factories.battle(heron, wren), choice)
        snapshot = ratings.refresh(now=NOON)

        rows = read(client, "ratings")["rows"]

        published = Rating.objects.get(snapshot=snapshot, contender=heron)
        assert [row["name"] for row in rows] == ["Heron", "Wren"]
        assert (rows[0]["lower"], rows[0]["upper"]) == (published.lower, published.upper)
        assert rows[0]["value"] == published.value
        assert (rows[1]["rank"], rows[1]["is_provisional"]) == (2, True)
