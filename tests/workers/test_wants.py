"""Who should be answering here, in which order, on which server."""

import pytest

from evals.models import EvalRun, Suite
from tests import factories
from workers import wants

pytestmark = pytest.mark.django_db


class TestWanted:
    def test_puts_waiting_runs_before_the_arena(self, suite: Suite) -> None:
        known, waiting, unknown = factories.model(), factories.model(), factories.model()
        factories.run(known, suite)
        factories.run(waiting, suite, state=EvalRun.State.QUEUED)

        found = wants.wanted()

        assert [each.contender for each in found] == [waiting, known]
        assert [each.is_urgent for each in found] == [True, False]
        assert unknown not in [each.contender for each in found]

    def test_has_everybody_once(self, suite: Suite) -> None:
        contender = factories.model()
        factories.run(contender, suite)
        factories.run(contender, suite)
        factories.run(contender, suite, state=EvalRun.State.QUEUED)

        assert [each.contender for each in wants.wanted()] == [contender]

    def test_leaves_out_whom_the_arena_may_not_draw(self, suite: Suite) -> None:
        factories.run(factories.model(is_listed=False), suite)
        factories.run(factories.model(is_in_arena=False), suite)

        assert wants.wanted() == []

    def test_has_a_baseline_without_any_run(self) -> None:
        baseline = factories.baseline()

        assert [each.contender for each in wants.wanted()] == [baseline]

    def test_remembers_whom_people_met_last(self, suite: Suite) -> None:
        first, second = factories.model(), factories.model()
        factories.run(first, suite)
        factories.run(second, suite)
        factories.battle(second, factories.model())

        assert wants.wanted()[0].contender == second


class TestWant:
    def test_shares_the_server_of_its_base(self, suite: Suite) -> None:
        base = factories.model()
        layer = factories.adapter(parent=base, rank=8)
        upper = factories.adapter(parent=layer, rank=16)
        merged = factories.adapter(parent=base, serving="MERGED")
        for contender in (base, layer, upper, merged):
            factories.run(contender, suite, state=EvalRun.State.QUEUED)

        on_base, on_layer, on_upper, on_merged = wants.wanted()

        assert on_base.host == on_layer.host == on_upper.host
        assert on_merged.host != on_base.host
        assert on_upper.rank == 24
        assert [each.pk for each in on_upper.stack] == [base.pk, layer.pk, upper.pk]

    def test_is_known_by_the_content_of_all_its_layers(self, suite: Suite) -> None:
        base = factories.model(revision="1" * 40)
        factories.run(factories.adapter(parent=base), suite, state=EvalRun.State.QUEUED)

        [want] = wants.wanted()

        assert "1" * 40 in want.key
        assert want.contender.revision in want.key
