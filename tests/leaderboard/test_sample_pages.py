"""The questions behind a score: filtered, searched, linked to, taken away as a file."""

import io

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Score
from leaderboard.comparing import sample_browser
from leaderboard.comparing.sample_browser import Wanted
from tests import factories
from tests.evals.questions import keep, keep_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def score() -> Score:
    """Return a score of three questions: right, wrong, right."""
    suite = factories.suite("zoo", benchmarks=2)
    run = factories.run(factories.model("Heron"), suite)
    first, second = suite.benchmarks.order_by("position")
    keep_texts(factories.score(run, second, 1.2), [(-3.0, 5)])
    return keep(factories.score(run, first, 0.5), [1.0, 0.0, 1.0])


def address(contender: Contender, query: str = "") -> str:
    return reverse("sample-list", args=[contender.slug]) + query


def page(score: Score, **wanted: str | int) -> sample_browser.SamplePage:
    suite = score.benchmark.suite
    return sample_browser.read(score.run.contender, suite, Wanted(**wanted))  # type: ignore[arg-type]


class TestRead:
    def test_begins_with_the_first_benchmark(self, score: Score) -> None:
        found = page(score)

        assert found.benchmark == score.benchmark
        assert (found.of, found.right, found.wrong) == (3, 2, 1)
        assert [tab.is_current for tab in found.tabs] == [True, False]

    def test_filters_by_result(self, score: Score) -> None:
        assert [each.name for each in page(score, result="wrong").items] == ["facts/1"]
        assert [each.name for each in page(score, result="right").items] == ["facts/0", "facts/2"]

    def test_searches_in_any_case_and_literally(self, score: Score) -> None:
        assert page(score, text="q").total == 3
        assert page(score, text="(.*").total == 0

    def test_shares_probability_between_the_choices(self, score: Score) -> None:
        likely, unlikely = page(score).items[0].choices

        assert likely.share + unlikely.share == pytest.approx(100)
        assert likely.share / unlikely.share == pytest.approx(2.718281828)
        assert (likely.is_target, likely.is_answer) == (True, True)

    def test_counts_neither_right_nor_wrong_for_another_metric(self, score: Score) -> None:
        found = page(score, benchmark="benchmark-1")

        assert found.right is None
        assert found.items[0].is_text

    def test_prefers_the_newest_finished_run(self, score: Score) -> None:
        newer = factories.run(score.run.contender, score.benchmark.suite)
        again = keep(factories.score(newer, score.benchmark, 1.0), [1.0])
        factories.run(score.run.contender, score.benchmark.suite, state="FAILED", error_code="X")

        assert page(score).score == again


class TestPage:
    def test_shows_prompt_gold_answer_and_log_probabilities(
        self, client: Client, score: Score
    ) -> None:
        shown = client.get(address(score.run.contender)).content.decode()

        assert shown.count('class="question ') == 3
        assert "−1.000" in shown  # noqa: RUF001
        assert "gold" in shown

    def test_opens_one_question_by_its_number(self, client: Client, score: Score) -> None:
        shown = client.get(address(score.run.contender, "?benchmark=benchmark-0&doc=1"))

        assert shown.content.decode().count('class="question ') == 1
        assert "✕ wrong" in shown.content.decode()

    @pytest.mark.parametrize("query", ["?doc=99", "?benchmark=none", "?benchmark=%00"])
    def test_answers_404_for_what_was_not_asked(
        self, client: Client, score: Score, query: str
    ) -> None:
        assert client.get(address(score.run.contender, query)).status_code == 404

    @pytest.mark.parametrize("query", ["?page=0", "?page=-1", "?page=x", "?page=9999999", "?q=%00"])
    def test_bears_any_number(self, client: Client, score: Score, query: str) -> None:
        assert client.get(address(score.run.contender, query)).status_code == 200

    def test_escapes_what_was_answered(self, client: Client, score: Score) -> None:
        shown = client.get(address(score.run.contender, "?q=<script>alert(1)</script>"))

        assert b"<script>alert" not in shown.content

    def test_hides_who_is_not_listed(self, client: Client, score: Score) -> None:
        Contender.objects.update(is_listed=False)

        assert client.get(address(score.run.contender)).status_code == 404

    def test_says_when_the_file_is_gone(self, client: Client, score: Score) -> None:
        Score.objects.update(samples_path="samples/gone.parquet")

        shown = client.get(address(score.run.contender))

        assert shown.status_code == 200
        assert b"keeps no questions" in shown.content


class TestDownload:
    def test_sends_the_parquet_file(self, client: Client, score: Score) -> None:
        place = reverse("sample-download", args=[score.run.contender.slug, "benchmark-0"])

        sent = b"".join(client.get(place))

        assert pq.read_table(io.BytesIO(sent)).num_rows == 3

    def test_answers_404_without_a_file(self, client: Client, score: Score) -> None:
        place = reverse("sample-download", args=[score.run.contender.slug, "none"])

        assert client.get(place).status_code == 404


class TestApi:
    def test_gives_a_piece_of_the_questions(self, client: Client, score: Score) -> None:
        place = f"/api/v1/contenders/{score.run.contender.slug}/samples"

        body = client.get(f"{place}?result=right&limit=1&offset=1").json()

        assert body["total"] == 2
        assert [each["question"] for each in body["items"]] == ["facts/2"]
        assert body["items"][0]["choices"][0]["logprob"] == -1.0

    def test_refuses_with_a_code(self, client: Client, score: Score) -> None:
        refused = client.get(f"/api/v1/contenders/{score.run.contender.slug}/samples?doc=99")

        assert (refused.status_code, refused.json()["code"]) == (404, "NO_SAMPLES")
