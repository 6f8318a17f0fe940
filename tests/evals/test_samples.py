"""Questions of two scores, read back and paired."""

import math

import pytest

from evals import samples
from evals.models import Score
from tests import factories
from tests.evals.questions import keep, keep_texts

pytestmark = pytest.mark.django_db


def score() -> Score:
    suite = factories.suite(benchmarks=1)
    return factories.score(factories.run(factories.model(), suite), suite.benchmarks.get())


class TestRead:
    def test_gives_a_row_for_every_question(self) -> None:
        frame = samples.read(keep(score(), [1.0, 0.0]))

        assert list(frame["question"]) == ["facts/0", "facts/1"]
        assert list(frame["is_correct"]) == [True, False]
        assert list(frame["weight"]) == [1.0, 1.0]
        assert set(samples.COLUMNS) == set(frame.columns)

    def test_weighs_a_text_by_its_bytes(self) -> None:
        frame = samples.read(keep_texts(score(), [(-10 * math.log(2), 5)]))

        assert list(frame["value"]) == [pytest.approx(2.0)]
        assert list(frame["weight"]) == [5.0]
        assert list(frame["is_correct"]) == [None]

    def test_says_when_there_is_nothing_to_read(self) -> None:
        bare = score()
        with pytest.raises(samples.SamplesMissing):
            samples.read(bare)

        bare.samples_path = "samples/gone.parquet"
        with pytest.raises(samples.SamplesMissing):
            samples.read(bare)


class TestPairs:
    def test_match_questions_by_name(self) -> None:
        found = samples.pairs(keep(score(), [0.0, 0.0, 1.0]), keep(score(), [1.0, 0.0]))

        assert found.questions == ("facts/0", "facts/1")
        assert found.difference().value == 0.5
        assert found.p_value() == 1.0

    def test_of_texts_have_no_right_or_wrong(self) -> None:
        before = keep_texts(score(), [(-8.0, 5), (-8.0, 15)])
        after = keep_texts(score(), [(-4.0, 5), (-8.0, 15)])

        found = samples.pairs(before, after)

        assert found.difference().value == pytest.approx(-4 / 20 / math.log(2))
        assert found.p_value() is None

    def test_need_a_question_in_common(self) -> None:
        with pytest.raises(samples.SamplesMissing):
            samples.pairs(keep(score(), [1.0]), keep_texts(score(), [(-1.0, 4)]))
