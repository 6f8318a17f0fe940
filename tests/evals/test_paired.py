"""Paired differences, on cases worked out by hand and on properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import paired

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


class TestDifference:
    def test_has_the_error_of_the_mean_of_differences(self) -> None:
        found = paired.difference([0, 0, 1, 1], [1, 1, 1, 0])  # changes 1, 1, 0, -1

        assert found.value == 0.25
        assert found.stderr == pytest.approx(math.sqrt((2.75 / 3) / 4))
        assert (found.questions, found.raised, found.lowered) == (4, 2, 1)

    def test_weighs_texts_by_their_size(self) -> None:
        found = paired.difference([2.0, 1.0], [1.0, 1.0], weights=[3.0, 1.0])

        assert found.value == -0.75
        assert found.stderr == pytest.approx(
            0.75 * math.sqrt(2 / 4) * math.sqrt(2) / 2 * 1, abs=0.2
        )

    def test_of_one_question_has_no_error_and_decides_nothing(self) -> None:
        found = paired.difference([0], [1])

        assert found.stderr is None
        assert not found.is_decided

    @pytest.mark.parametrize(
        ("before", "after"), [([], []), ([1], [1, 2]), ([math.nan], [1]), ([[1]], [[1]])]
    )
    def test_refuses_what_cannot_be_paired(self, before: list[float], after: list[float]) -> None:
        with pytest.raises(ValueError, match=r"same questions|finite"):
            paired.difference(before, after)

    @given(ANSWERS)
    def test_turns_round_when_the_two_change_places(self, answers: list[tuple[bool, bool]]) -> None:
        before, after = zip(*answers, strict=True)

        there, back = paired.difference(before, after), paired.difference(after, before)

        assert there.value == -back.value
        assert there.stderr == back.stderr
        assert (there.raised, there.lowered) == (back.lowered, back.raised)

    @given(ANSWERS, st.floats(0.1, 100))
    def test_takes_no_notice_of_equal_weights(
        self, answers: list[tuple[bool, bool]], weight: float
    ) -> None:
        before, after = zip(*answers, strict=True)

        plain = paired.difference(before, after)
        weighed = paired.difference(before, after, [weight] * len(answers))

        assert weighed.value == pytest.approx(plain.value)
        assert weighed.stderr == pytest.approx(plain.stderr)


class TestMcnemar:
    def test_is_a_fair_coin_over_the_disagreements(self) -> None:
        before = [False] * 5 + [True] * 20
        after = [True] * 25  # five gained, none lost

        assert paired.mcnemar(before, after) == pytest.approx(2 / 2**5)

    def test_finds_nothing_where_they_agree_or_balance(self) -> None:
        assert paired.mcnemar([True, False], [True, False]) == 1
        assert paired.mcnemar([True, False], [False, True]) == 1

    @given(ANSWERS)
    def test_is_a_probability_and_has_no_direction(self, answers: list[tuple[bool, bool]]) -> None:
        before, after = zip(*answers, strict=True)

        p_value = paired.mcnemar(before, after)

        assert 0 < p_value <= 1
        assert p_value == paired.mcnemar(after, before)

    def test_counts_thousands_of_questions(self) -> None:
        before = [True] * 3000 + [False] * 3300
        after = [False] * 3000 + [True] * 3300

        assert paired.mcnemar(before, after) == pytest.approx(0.000166, rel=0.05)


class TestBootstrap:
    def test_agrees_with_the_formula(self) -> None:
        random = np.random.default_rng(7)
        before, after = random.random((2, 400))

        formula = paired.difference(before, after)
        interval = paired.bootstrap(before, after, random=random)

        assert formula.stderr is not None
        assert interval.low == pytest.approx(formula.value - 1.96 * formula.stderr, abs=0.006)
        assert interval.high == pytest.approx(formula.value + 1.96 * formula.stderr, abs=0.006)

    def test_agrees_with_the_formula_on_texts_of_unequal_size(self) -> None:
        random = np.random.default_rng(7)
        before, after = random.random((2, 400))
        sizes = random.integers(10, 400, size=400)

        formula = paired.difference(before, after, sizes)
        interval = paired.bootstrap(before, after, sizes, random=random)

        assert formula.stderr is not None
        width = interval.high - interval.low
        assert width == pytest.approx(2 * 1.96 * formula.stderr, rel=0.08)
