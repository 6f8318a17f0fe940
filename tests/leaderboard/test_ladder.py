"""The same weights in fewer bits: by what their submitters linked, with what each step loses."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Suite
from leaderboard.boards import board
from leaderboard.contenders import ladder
from leaderboard.contenders.ladder import Step
from tests import factories
from tests.evals.questions import keep

pytestmark = pytest.mark.django_db

HALF = [0.0, 1.0] * 20
RIGHT = [1.0] * 40


@pytest.fixture
def suite() -> Suite:
    return factories.suite("zoo", benchmarks=1)


def measured(contender: Contender, suite: Suite, values: list[float], memory: int) -> Contender:
    run = factories.run(contender, suite, peak_memory_bytes=memory)
    keep(factories.score(run, suite.benchmarks.get(), sum(values) / len(values)), values)
    return contender


def steps(contender: Contender, suite: Suite) -> list[Step]:
    table = board.read(suite=suite)
    return ladder.of(table.by_slug[contender.slug], table)


class TestOf:
    def test_goes_by_the_link_and_not_by_names(self, suite: Suite) -> None:
        owl = factories.model("Owl 7B", config={"dtype": "bfloat16"})
        small = factories.model("Tawny", variant_of=owl, quantisation="AWQ 4-bit")
        factories.model("Owl 7B int4", config={"quantisation": "int4"})

        for contender in (owl, small):
            found = steps(contender, suite)

            assert [step.row.name for step in found] == ["Owl 7B", "Tawny"]
            assert [step.row.quantisation for step in found] == ["bf16", "awq 4-bit"]

    def test_tells_what_a_step_loses_and_saves(self, suite: Suite) -> None:
        owl = measured(factories.model(), suite, RIGHT, 4_000_000_000)
        small = factories.model(variant_of=owl, quantisation="AWQ 4-bit")
        measured(small, suite, HALF, 1_000_000_000)

        original, step = steps(owl, suite)

        assert original.is_original
        assert step.loss is not None
        assert step.loss.difference == pytest.approx(-66.67, abs=0.01)
        assert (step.loss.verdict, step.is_paired, step.memory) == ("worse", True, 0.25)

    def test_compares_scores_where_questions_are_not_kept(self, suite: Suite) -> None:
        owl = factories.model()
        small = factories.model(variant_of=owl, quantisation="AWQ 4-bit")
        for contender, value in ((owl, 0.5), (small, 0.45)):
            factories.score(factories.run(contender, suite), suite.benchmarks.get(), value)

        _original, step = steps(owl, suite)

        assert step.loss is not None
        assert (step.loss.verdict, step.is_paired) == ("noise", False)

    def test_is_nothing_for_one_way_to_store(self, suite: Suite) -> None:
        assert steps(factories.model(), suite) == []


class TestPage:
    def test_shows_the_ladder_on_every_step(self, client: Client, suite: Suite) -> None:
        owl = measured(factories.model("Owl"), suite, RIGHT, 4_000_000_000)
        small = factories.model("Owl small", variant_of=owl, quantisation="AWQ 4-bit")
        measured(small, suite, HALF, 1_000_000_000)

        for contender in (owl, small):
            address = reverse("contender-detail", args=[contender.slug])
            page = client.get(address).content.decode()
            table = page.split("Stored in fewer bits")[1].split("</table>")[0]

            assert "awq 4-bit" in table
            assert "▼ −66.7" in table  # noqa: RUF001
            assert "25 %" in table
