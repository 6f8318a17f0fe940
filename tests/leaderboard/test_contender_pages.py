"""A contender's page: the stack layer by layer, the tale of the tape, the record."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evals.models import Contender, Suite
from leaderboard import contender_page
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite() -> Suite:
    """Return the default suite with one benchmark."""
    return factories.suite("zoo", benchmarks=1)


def scored(contender: Contender, suite: Suite, value: float) -> Contender:
    """Give a contender one score."""
    factories.score(factories.run(contender, suite), suite.benchmarks.get(), value)
    return contender


class TestRead:
    def test_walks_the_stack_from_the_base_up(self, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.40)
        instruct = scored(factories.adapter("Instruct", parent=heron), suite, 0.55)
        sums = scored(factories.adapter("Sums", parent=instruct), suite, 0.85)

        page = contender_page.read(sums.slug, suite_key="")

        assert page is not None
        assert [layer.row.name for layer in page.layers] == ["Heron", "Instruct", "Sums"]
        steps = [layer.steps[0] for layer in page.layers]
        assert [step.start for step in steps] == pytest.approx([0, 20, 40])
        assert [step.end for step in steps] == pytest.approx([20, 40, 80])
        assert [step.verdict for step in steps] == ["base", "better", "better"]

    def test_draws_nothing_where_a_layer_was_not_measured(self, suite: Suite) -> None:
        layer = scored(factories.adapter(parent=factories.model()), suite, 0.5)

        page = contender_page.read(layer.slug, suite_key="")

        assert page is not None
        assert page.layers[0].steps[0].end is None
        assert page.layers[1].steps[0].start is None

    def test_counts_battles_on_both_sides(self, suite: Suite) -> None:
        heron, wren = factories.model(), factories.model()
        factories.vote(factories.battle(heron, wren))
        factories.battle(wren, heron)

        page = contender_page.read(heron.slug, suite_key="")

        assert page is not None
        assert (page.battles, page.votes) == (2, 1)

    def test_does_not_know_what_is_not_listed(self) -> None:
        hidden = factories.model(is_listed=False)

        assert contender_page.read(hidden.slug, suite_key="") is None


class TestDetail:
    def test_tells_how_it_is_served_and_pinned(self, client: Client, suite: Suite) -> None:
        layer = scored(factories.adapter("Instruct"), suite, 0.5)

        page = client.get(reverse("contender-detail", args=[layer.slug])).content.decode()

        assert "LoRA layers concatenated on the base" in page
        assert layer.revision in page
        assert "Tale of the tape" in page
        assert "Flyweight" in page

    def test_lists_what_stands_on_it(self, client: Client, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.5)
        layer = scored(factories.adapter("Instruct", parent=heron), suite, 0.9)

        page = client.get(reverse("contender-detail", args=[heron.slug])).content.decode()

        assert "Laid on top of it" in page
        assert reverse("contender-detail", args=[layer.slug]) in page

    def test_keeps_a_failure_visible(self, client: Client, suite: Suite) -> None:
        heron = factories.model()
        sentence = "The weights are corrupt."
        factories.run(
            heron, suite, state="FAILED", error_code="CORRUPT_WEIGHTS", error_sentence=sentence
        )

        page = client.get(reverse("contender-detail", args=[heron.slug])).content.decode()

        assert "CORRUPT_WEIGHTS" in page
        assert sentence in page

    def test_answers_404_for_nobody(self, client: Client) -> None:
        assert client.get(reverse("contender-detail", args=["nobody"])).status_code == 404

    @pytest.mark.parametrize("others", [0, 10])
    def test_costs_the_same_queries_at_any_size(
        self,
        client: Client,
        suite: Suite,
        others: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        heron = scored(factories.model("Heron"), suite, 0.5)
        for _ in range(others):
            scored(factories.adapter(parent=heron), suite, 0.5)

        with django_assert_num_queries(23):
            client.get(reverse("contender-detail", args=[heron.slug]))
