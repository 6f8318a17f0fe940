"""A contender's page: the stack layer by layer, the tale of the tape, the record."""

import html
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evals.models import Contender, Suite
from leaderboard.contenders import contender_page
from tests import factories
from tests.conftest import NOON

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

        page = contender_page.read(sums.slug, suite_key="", now=NOON)

        assert page is not None
        assert [layer.row.name for layer in page.layers] == ["Heron", "Instruct", "Sums"]
        steps = [layer.steps[0] for layer in page.layers]
        assert [step.start for step in steps] == pytest.approx([0, 20, 40])
        assert [step.end for step in steps] == pytest.approx([20, 40, 80])
        assert [step.verdict for step in steps] == ["base", "better", "better"]

    def test_steps_from_the_mean_in_votes_as_well(self, suite: Suite) -> None:
        heron = scored(factories.model("Heron"), suite, 0.40)
        layer = scored(factories.adapter("Instruct", parent=heron), suite, 0.55)
        snapshot = factories.snapshot()
        for contender, value in ((heron, 960.0), (layer, 1080.0)):  # 40 on either side
            factories.rating(snapshot, contender, value)

        page = contender_page.read(layer.slug, suite_key="", now=NOON)

        assert page is not None
        assert [each.vote_step for each in page.layers] == [
            (40.0, 20.0, "base"),
            (20.0, 80.0, "better"),
        ]

    def test_draws_nothing_where_a_layer_was_not_measured(self, suite: Suite) -> None:
        layer = scored(factories.adapter(parent=factories.model()), suite, 0.5)

        page = contender_page.read(layer.slug, suite_key="", now=NOON)

        assert page is not None
        assert page.layers[0].steps[0].end is None
        assert page.layers[1].steps[0].start is None

    def test_counts_battles_on_both_sides(self, suite: Suite) -> None:
        heron, wren = factories.model(), factories.model()
        factories.vote(factories.battle(heron, wren))
        factories.battle(wren, heron)

        page = contender_page.read(heron.slug, suite_key="", now=NOON)

        assert page is not None
        assert (page.battles, page.votes) == (2, 1)

    def test_says_where_it_stands_and_whom_it_leaves_behind(self, suite: Suite) -> None:
        heron = scored(factories.model(), suite, 0.9)
        for value in (0.2, 0.3, 0.95):
            scored(factories.model(), suite, value)

        page = contender_page.read(heron.slug, suite_key="", now=NOON)

        assert page is not None
        assert (page.place, page.is_shared) == (1, True)
        assert page.percentiles == {"benchmark-0": 67}

    def test_shows_what_a_layer_broke(self, suite: Suite) -> None:
        factories.benchmark(suite, position=1)
        base, layer = (made := factories.model()), factories.adapter(parent=made)
        for contender, values in ((base, (0.9, 0.3)), (layer, (0.5, 0.6))):
            run = factories.run(contender, suite)
            for benchmark, value in zip(suite.benchmarks.order_by("pk"), values, strict=True):
                factories.score(run, benchmark, value)

        page = contender_page.read(layer.slug, suite_key="", now=NOON)

        assert page is not None
        assert page.forgetting is not None
        assert [each.benchmark.key for each in page.forgetting.broken] == ["benchmark-0"]
        assert [each.benchmark.key for each in page.forgetting.mended] == ["benchmark-1"]
        assert not page.forgetting.broken[0].is_paired  # no question was kept

    def test_counts_every_opponent_from_both_sides(self, suite: Suite) -> None:
        heron, wren = factories.model(), factories.model()
        for battle, choice in (
            (factories.battle(heron, wren), "A"),
            (factories.battle(wren, heron), "A"),
            (factories.battle(wren, heron), "B"),
            (factories.battle(wren, heron), "BOTH_BAD"),
        ):
            factories.vote(battle, choice)

        page = contender_page.read(heron.slug, suite_key="", now=NOON)

        assert page is not None
        (wins,) = page.opponents
        assert (wins.row.slug, wins.won, wins.lost, wins.tied) == (wren.slug, 2, 1, 1)
        assert wins.share == 0.625

    def test_draws_the_rating_over_time(self, suite: Suite) -> None:
        heron = factories.model()
        for day, value in ((1, 1000.0), (2, 1100.0)):
            moment = NOON.replace(day=day)
            factories.rating(factories.snapshot(created_at=moment), heron, value)

        page = contender_page.read(heron.slug, suite_key="", now=NOON)

        assert page is not None
        assert page.history is not None
        assert page.history.line == "4.0,53.8 316.0,18.2"

    def test_says_what_a_dollar_of_training_gained(self, suite: Suite) -> None:
        base = scored(factories.model(), suite, 0.25)
        layer = scored(factories.adapter(parent=base, training_cost_usd=Decimal(2)), suite, 0.625)

        page = contender_page.read(layer.slug, suite_key="", now=NOON)

        assert page is not None
        assert page.gain_per_dollar == pytest.approx(25)

    def test_does_not_know_what_is_not_listed(self) -> None:
        hidden = factories.model(is_listed=False)

        assert contender_page.read(hidden.slug, suite_key="", now=NOON) is None


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

        assert "Everything that stands on Heron" in page
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

        with django_assert_num_queries(25):
            client.get(reverse("contender-detail", args=[heron.slug]))

    def test_offers_a_model_card(self, client: Client, suite: Suite) -> None:
        heron = scored(factories.model("Heron: <1B>"), suite, 0.5)

        page = client.get(reverse("contender-detail", args=[heron.slug])).content.decode()

        snippet = html.unescape(page.split('id="model-card" tabindex="0">')[1].split("</pre>")[0])
        (about,) = yaml.safe_load(snippet.strip("-\n"))["model-index"]
        assert about["name"] == "Heron: <1B>"
        assert about["results"][0]["metrics"][0]["value"] == 0.5
        assert about["results"][0]["source"]["url"].endswith(f"/contenders/{heron.slug}/")

    def test_inherits_the_strictest_licence(self, client: Client, suite: Suite) -> None:
        base = factories.model(licence="cc-by-nc-4.0")
        layer = factories.adapter(parent=base, licence="mit")

        page = client.get(reverse("contender-detail", args=[layer.slug])).content.decode()

        assert "with the whole stack: non-commercial, decided by cc-by-nc-4.0" in page


class TestBadge:
    def test_is_a_picture_that_may_be_kept(self, client: Client, suite: Suite) -> None:
        heron = scored(factories.model("<Heron>"), suite, 0.625)
        address = reverse("contender-badge", args=[heron.slug])

        answer = client.get(address)
        again = client.get(address, headers={"if-none-match": answer.headers["ETag"]})

        picture = ElementTree.fromstring(answer.content)
        assert picture.get("aria-label") == "Pound for Pound: <Heron>, #1 · 50.0 ± 4.0"
        assert answer.headers["Content-Type"].startswith("image/svg+xml")
        assert "max-age=300" in answer.headers["Cache-Control"]
        assert again.status_code == 304

    def test_answers_404_for_nobody(self, client: Client) -> None:
        assert client.get(reverse("contender-badge", args=["nobody"])).status_code == 404
