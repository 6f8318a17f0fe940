"""A stack without one of its layers: on its page, in words, and in the API."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Suite
from tests import factories
from tests.evals.questions import keep

pytestmark = pytest.mark.django_db

WRONG = [0.0] * 40
HALF = [0.0, 1.0] * 20
RIGHT = [1.0] * 40


@pytest.fixture
def suite() -> Suite:
    return factories.suite("zoo", benchmarks=1)


def measured(contender: Contender, suite: Suite, values: list[float]) -> Contender:
    run = factories.run(contender, suite)
    keep(factories.score(run, suite.benchmarks.get(), sum(values) / len(values)), values)
    return contender


@pytest.fixture
def stack(suite: Suite) -> Contender:
    """Return tutor and sums on a base; nobody submitted sums alone."""
    base = measured(factories.model("Heron"), suite, WRONG)
    tutor = measured(factories.adapter("Heron + tutor", parent=base), suite, HALF)
    return measured(factories.adapter("Heron + tutor + sums", parent=tutor), suite, RIGHT)


def page_of(client: Client, contender: Contender) -> str:
    return client.get(reverse("contender-detail", args=[contender.slug])).content.decode()


class TestStackCard:
    def test_says_what_a_layer_adds_to_the_others(
        self, client: Client, stack: Contender, suite: Suite
    ) -> None:
        base, tutor = stack.root(), stack.parent
        same = {"locator": stack.locator, "revision": stack.revision}
        measured(factories.adapter("Heron + sums", parent=base, **same), suite, HALF)

        page = page_of(client, stack)

        card = page.split("Take one layer away")[1].split("</table>")[0]
        assert card.count("▲ +66.7") == 2  # half the questions, guessing being a quarter
        assert "Benchmark 0" in card
        assert tutor is not None
        assert f"?c={tutor.slug}&amp;c={stack.slug}" in card

    def test_says_what_nobody_has_submitted(self, client: Client, stack: Contender) -> None:
        page = page_of(client, stack)

        assert "Nobody has submitted this stack without it." in page
        assert f"?kind=adapter&amp;parent={stack.root().slug}" in page

    def test_is_left_out_where_one_layer_is_all(self, client: Client, stack: Contender) -> None:
        assert stack.parent is not None
        assert "Take one layer away" not in page_of(client, stack.parent)


class TestApi:
    def test_tells_the_same(self, client: Client, stack: Contender) -> None:
        body = client.get(f"/api/v1/contenders/{stack.slug}/stack").json()

        tutor, sums = body["left_out"]
        assert body["layers"] == [each.slug for each in stack.stack()]
        assert (tutor["without"], tutor["average"], tutor["changes"]) == (None, None, [])
        assert sums["without"] == stack.parent.slug  # type: ignore[union-attr]
        assert sums["average"]["difference"] == pytest.approx(66.67, abs=0.01)
        assert sums["changes"][0]["verdict"] == "better"
        assert [each["difference"] for each in body["top"]] == [0.5]

    def test_knows_no_stack_of_nobody(self, client: Client) -> None:
        assert client.get("/api/v1/contenders/nobody/stack").status_code == 404
