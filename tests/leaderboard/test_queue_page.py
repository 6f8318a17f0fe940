"""The queue as everybody sees it: turns, forecasts, machines; leases for staff alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from evals import runs
from evals.models import Submission
from leaderboard.templatetags.figures import bytes_
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")


def waiting(name: str, owner: str, suite: Any) -> Submission:
    contender = factories.model(name)
    run = runs.enqueue(contender=contender, suite=suite, owner=owner, now=NOON)
    return Submission.objects.create(
        contender=contender, run=run, submitter_key=owner, created_at=NOON
    )


class TestQueue:
    def test_shows_people_in_turn_and_what_runs_before(self, client: Client) -> None:
        suite = factories.suite("zoo")
        asked = [waiting(name, "ada", suite) for name in ("Running", "Second", "Third")]
        waiting("Other", "bob", suite)
        runs.claim(run_id=asked[0].run_id, owner="machine:1", now=NOON)

        page = client.get(QUEUE).content.decode()

        places = [page.index(f">{name}</a>") for name in ("Running", "Other", "Second", "Third")]
        assert places == sorted(places)
        assert "3 waiting, of 2 people" in page

    def test_shows_leases_to_staff_alone(self, client: Client) -> None:
        asked = waiting("Heron", "ada", factories.suite("zoo"))
        runs.claim(run_id=asked.run_id, owner="box:77:abc", now=NOON)

        public = client.get(QUEUE).content.decode()
        client.force_login(User.objects.create_user("eve", is_staff=True))

        assert "box:77:abc" not in public
        assert "box:77:abc until" in client.get(QUEUE).content.decode()

    def test_shows_which_adapters_a_server_has(self, client: Client) -> None:
        heron = factories.model("Heron")
        factories.deployment(heron, memory_bytes=3_000_000_000)
        factories.deployment(factories.adapter("Heron Sums", parent=heron))

        page = client.get(QUEUE).content.decode()

        assert "Heron Sums" in page
        assert bytes_(3_000_000_000) in page

    def test_takes_as_many_queries_for_many_as_for_few(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        suite = factories.suite("zoo")
        for number in range(30):
            waiting(f"Model {number}", f"person-{number % 7}", suite)

        with django_assert_max_num_queries(14):
            client.get(QUEUE)

    def test_says_the_same_to_programs(self, client: Client) -> None:
        suite = factories.suite("zoo")
        ada, bob = waiting("Heron", "ada", suite), waiting("Wren", "bob", suite)

        told = client.get("/api/v1/queue").json()

        assert [(each["contender"], each["position"]) for each in told["places"]] == [
            (ada.contender.slug, 1),
            (bob.contender.slug, 2),
        ]
