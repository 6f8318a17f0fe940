"""Who became the best on a benchmark, as a feed that readers follow."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Suite
from leaderboard.boards import first_places
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def suite() -> Suite:
    """Return the default suite with one benchmark."""
    return factories.suite("zoo", benchmarks=1)


def measured(suite: Suite, name: str, value: float, hour: int, **fields: bool) -> None:
    run = factories.run(factories.model(name, **fields), suite)
    at = NOON + timedelta(hours=hour)
    factories.score(run, suite.benchmarks.get(), value, measured_at=at)


class TestNewest:
    def test_tells_every_change_of_the_first_newest_first(self, suite: Suite) -> None:
        for hour, (name, value) in enumerate([("Wren", 0.4), ("Heron", 0.6), ("Owl", 0.5)]):
            measured(suite, name, value, hour)

        found = first_places.newest(suite)

        assert [each.contender.name for each in found] == ["Heron", "Wren"]
        assert found[0].former == found[1].contender
        assert found[1].former is None

    def test_knows_that_less_can_be_better(self, suite: Suite) -> None:
        suite.benchmarks.update(is_higher_better=False)
        measured(suite, "Wren", 0.4, 0)
        measured(suite, "Heron", 0.6, 1)

        assert [each.contender.name for each in first_places.newest(suite)] == ["Wren"]

    def test_is_silent_about_who_is_not_listed(self, suite: Suite) -> None:
        measured(suite, "Secret", 0.9, 0, is_listed=False)

        assert first_places.newest(suite) == []


class TestFeed:
    def test_is_atom_that_a_reader_understands(self, client: Client, suite: Suite) -> None:
        measured(suite, "Heron", 0.625, 0)

        feed = ElementTree.fromstring(client.get(reverse("feed")).content)

        assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "Heron is first on Benchmark 0"
        assert "62.5 % ± 3.0" in str(feed.findtext(f"{ATOM}entry/{ATOM}summary"))
        assert feed.findtext(f"{ATOM}entry/{ATOM}updated") == "2026-11-02T12:00:00+00:00"

    def test_answers_before_anything_is_ranked(self, client: Client) -> None:
        assert client.get(reverse("feed")).status_code == 200
