"""Contenders side by side: tested pair by pair, flipped answers first, found by name."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evals.models import Contender, Suite
from leaderboard.comparing import comparison
from leaderboard.comparing.comparison_view import View
from tests import factories
from tests.evals.questions import keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite() -> Suite:
    """Return the default suite with one benchmark."""
    return factories.suite("zoo", benchmarks=1)


def answered(contender: Contender, suite: Suite, values: list[float]) -> Contender:
    """Give a contender its answers to the suite's questions."""
    value = sum(values) / len(values)
    keep(factories.score(factories.run(contender, suite), suite.benchmarks.get(), value), values)
    return contender


@pytest.fixture
def heron(suite: Suite) -> Contender:
    """Return a model that knows half of it."""
    return answered(factories.model("Heron"), suite, [1.0, 0.0] * 10)


@pytest.fixture
def tutor(heron: Contender, suite: Suite) -> Contender:
    """Return a layer that knows all of it but the first."""
    return answered(factories.adapter("Tutor", parent=heron), suite, [0.0, *[1.0] * 19])


def compared(*contenders: Contender, **fields: str | int) -> comparison.ComparePage:
    slugs = tuple(each.slug for each in contenders)
    return comparison.read(View(slugs=slugs, **fields))  # type: ignore[arg-type]


class TestRead:
    def test_sets_an_adapter_against_its_parent(self, heron: Contender, tutor: Contender) -> None:
        assert [side.contender for side in compared(tutor).sides] == [heron, tutor]

    def test_tests_pair_by_pair(self, heron: Contender, tutor: Contender) -> None:
        theirs, ours = compared(heron, tutor).lines[0].entries

        assert theirs.tested is None
        assert ours.tested is not None
        assert ours.tested.difference == pytest.approx(0.45)
        assert (ours.tested.raised, ours.tested.lowered) == (10, 1)
        assert ours.tested.p_value == pytest.approx(2 * 12 / 2**11)  # 11 coins, one shows tails
        assert ours.tested.low > 0
        assert ours.tested.verdict == "better"

    def test_finds_no_difference_between_twins(self, heron: Contender, suite: Suite) -> None:
        twin = answered(factories.model("Twin"), suite, [1.0, 0.0] * 10)

        tested = compared(heron, twin).lines[0].entries[1].tested

        assert tested is not None
        assert (tested.verdict, tested.p_value) == ("noise", 1.0)

    def test_tests_again_when_a_file_was_written_anew(
        self, heron: Contender, tutor: Contender, suite: Suite
    ) -> None:
        compared(heron, tutor)
        score = tutor.runs.get().scores.get()
        keep(score, [1.0, 0.0] * 10)

        tested = compared(heron, tutor).lines[0].entries[1].tested

        assert tested is not None
        assert tested.difference == 0

    def test_shows_flipped_answers_first(self, heron: Contender, tutor: Contender) -> None:
        found = compared(heron, tutor, way="all")

        assert found.flips is not None
        assert found.flips.counts == {"flipped": 11, "gained": 10, "lost": 1, "all": 20}
        assert [flip.question.name for flip in found.flips.items][:2] == ["facts/0", "facts/1"]
        assert [answer.is_correct for _, answer in found.flips.items[0].told] == [True, False]

    def test_can_show_what_was_lost_alone(self, heron: Contender, tutor: Contender) -> None:
        found = compared(heron, tutor, way="lost")

        assert found.flips is not None
        assert [flip.question.name for flip in found.flips.items] == ["facts/0"]

    def test_counts_battles_from_either_side(self, heron: Contender, tutor: Contender) -> None:
        factories.vote(factories.battle(heron, tutor), "A")
        factories.vote(factories.battle(tutor, heron), "A")
        factories.vote(factories.battle(tutor, heron), "TIE")
        factories.vote(factories.battle(heron, tutor), "B", exclusion="DUPLICATE")

        meeting = compared(heron, tutor).meetings[0]

        assert (meeting.first_wins, meeting.second_wins, meeting.ties) == (1, 1, 1)

    def test_does_not_know_who_is_not_listed(self, heron: Contender) -> None:
        hidden = factories.model(is_listed=False)

        with pytest.raises(comparison.NoSuchContender):
            compared(heron, hidden)

    @pytest.mark.parametrize("others", [0, 8])
    def test_costs_the_same_queries_on_any_board(
        self,
        heron: Contender,
        tutor: Contender,
        others: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(others):
            factories.adapter(parent=heron)

        with django_assert_num_queries(21):
            compared(heron, tutor)


class TestPage:
    def test_says_what_separates_them(
        self, client: Client, heron: Contender, tutor: Contender
    ) -> None:
        shown = client.get(f"{reverse('compare')}?c={tutor.slug}").content.decode()

        assert "Where they disagree" in shown
        assert "+45.0" in shown
        assert "p = 0.012" in shown

    def test_adds_who_is_named_exactly(self, client: Client, heron: Contender) -> None:
        oracle = factories.baseline("Oracle")

        answer = client.get(reverse("compare"), {"c": heron.slug, "add": "oracle"})

        assert answer.status_code == 302
        assert answer.headers["Location"].endswith(f"?c={heron.slug}&c={oracle.slug}")

    def test_offers_who_may_be_meant(self, client: Client, heron: Contender) -> None:
        factories.model("Heron Two")
        factories.model("Heron Three")

        shown = client.get(reverse("compare"), {"add": "heron t"}).content.decode()

        assert "Which one?" in shown
        assert "Heron Two" in shown

    def test_is_where_pinned_rows_lead(
        self, client: Client, heron: Contender, tutor: Contender
    ) -> None:
        board = client.get(f"{reverse('board')}?pin={heron.slug},{tutor.slug}").content.decode()

        assert f"&amp;c={heron.slug}&amp;c={tutor.slug}" in board

    @pytest.mark.parametrize(
        "query", ["", "?c=", "?add=%00", "?add=nobody", "?page=-1&show=x", "?benchmark=<b>"]
    )
    def test_bears_any_address(self, client: Client, heron: Contender, query: str) -> None:
        assert client.get(reverse("compare") + query).status_code == 200

    def test_answers_404_for_strangers(self, client: Client, heron: Contender) -> None:
        assert client.get(f"{reverse('compare')}?c=nobody").status_code == 404


class TestApi:
    def test_tells_the_same_tests(self, client: Client, heron: Contender, tutor: Contender) -> None:
        body = client.get(f"/api/v1/compare?c={heron.slug}&c={tutor.slug}").json()

        assert body["reference"] == heron.slug
        assert body["lines"][0]["scores"][1]["tested"]["raised"] == 10
        assert body["meetings"][0]["first_wins"] == 0

    @pytest.mark.parametrize(
        ("query", "status"), [("", 400), ("?c=x&c=x&c=y&c=z&c=a", 400), ("?c=nobody", 404)]
    )
    def test_refuses_with_a_code(
        self, client: Client, heron: Contender, query: str, status: int
    ) -> None:
        refused = client.get(f"/api/v1/compare{query}")

        assert refused.status_code == status
        assert refused.json()["code"]

    def test_refuses_a_model_alone(self, client: Client, heron: Contender) -> None:
        refused = client.get(f"/api/v1/compare?c={heron.slug}")

        assert (refused.status_code, refused.json()["code"]) == (400, "TOO_FEW")
