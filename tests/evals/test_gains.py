"""What layers add, on a stack whose every answer is known."""

import pytest

from evals import gains
from evals.models import Contender, Suite
from tests import factories
from tests.evals.questions import keep

pytestmark = pytest.mark.django_db

WRONG = [0.0] * 40
HALF = [0.0, 1.0] * 20
RIGHT = [1.0] * 40


@pytest.fixture
def suite() -> Suite:
    return factories.suite(benchmarks=1)


def measured(contender: Contender, suite: Suite, values: list[float]) -> Contender:
    keep(factories.score(factories.run(contender, suite), suite.benchmarks.get()), values)
    return contender


def layer(parent: Contender, of: Contender | None = None) -> Contender:
    same = {"locator": of.locator, "revision": of.revision} if of else {}
    return factories.adapter(parent=parent, **same)


class TestMarginal:
    def test_pairs_a_layer_with_its_parent(self, suite: Suite) -> None:
        base = measured(factories.model(), suite, HALF)
        top = measured(layer(base), suite, RIGHT)

        [gain] = gains.marginal(top, suite)

        assert gain.difference.value == 0.5
        assert gain.is_better
        assert gain.p_value == pytest.approx(2 / 2**20)

    def test_is_empty_without_a_parent_or_a_measurement(self, suite: Suite) -> None:
        base = measured(factories.model(), suite, HALF)

        assert gains.marginal(base, suite) == []
        assert gains.marginal(layer(base), suite) == []

    def test_lists_what_was_forgotten(self, suite: Suite) -> None:
        base = measured(factories.model(), suite, RIGHT)
        top = measured(layer(base), suite, HALF)

        [lost] = gains.forgotten(gains.marginal(top, suite))

        assert lost.difference.value == -0.5


class TestLeaveOneOut:
    def test_finds_the_stack_without_a_layer(self, suite: Suite) -> None:
        base = measured(factories.model(), suite, WRONG)
        first = measured(layer(base), suite, WRONG)
        second = measured(layer(first), suite, RIGHT)
        alone = measured(layer(base, of=second), suite, HALF)

        without_first, without_second = gains.leave_one_out(second, suite)

        assert without_first.without == alone
        assert [gain.difference.value for gain in without_first.gains] == [0.5]
        assert without_second.without == first
        assert [gain.difference.value for gain in without_second.gains] == [1.0]

    def test_says_when_nobody_has_submitted_it(self, suite: Suite) -> None:
        base = measured(factories.model(), suite, WRONG)
        top = measured(layer(layer(base)), suite, RIGHT)

        without_first, _ = gains.leave_one_out(top, suite)

        assert without_first.without is None
        assert without_first.gains == ()
