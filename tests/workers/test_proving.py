"""An adapter is proven before it is scored."""

from dataclasses import replace

import pytest

from evals.models import Contender, EvalRun, Proof, Suite
from tests import factories
from tests.workers.fake_engines import APPLIED, FakeHarness, execute, fresh, served

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def suite() -> Suite:
    return factories.suite()


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> FakeHarness:
    monkeypatch.setattr("evals.files.fetch", lambda layer: f"/files/{layer.slug}")
    return FakeHarness()


class TestProve:
    def test_asks_for_the_stack_beside_its_base(self, suite: Suite, harness: FakeHarness) -> None:
        lower = factories.adapter()
        top = factories.adapter(parent=lower)
        run = served(suite, top)

        execute(harness)

        [order] = harness.proofs
        assert order.layers == tuple(f"/files/{each.slug}" for each in top.stack())
        assert order.base_name == top.root().slug
        assert (fresh(run).state, Proof.objects.get(run=run).verdict) == ("SUCCEEDED", "APPLIED")

    def test_knows_that_a_merged_one_has_a_server_of_its_own(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        served(suite, factories.adapter(serving=Contender.Serving.MERGED))

        execute(harness)

        assert harness.proofs[0].base_name == ""

    def test_asks_nothing_of_a_model(self, suite: Suite, harness: FakeHarness) -> None:
        served(suite, factories.model())

        execute(harness)

        assert harness.proofs == []
        assert not Proof.objects.exists()

    def test_fails_the_run_of_one_that_is_not_applied(
        self, suite: Suite, harness: FakeHarness
    ) -> None:
        harness.proven = replace(APPLIED, gap_to_peft=0.4)
        run = served(suite, factories.adapter())

        execute(harness)

        failed: EvalRun = fresh(run)
        assert (failed.state, failed.error_code) == ("FAILED", "ADAPTER_NOT_APPLIED")
        assert "0.400 nats" in failed.error_sentence
        assert Proof.objects.get(run=run).verdict == "NOT_APPLIED"
        assert not harness.asked

    def test_scores_one_that_changes_nothing(self, suite: Suite, harness: FakeHarness) -> None:
        harness.proven = replace(APPLIED, moved=0.0, gap_to_base=0.0)
        run = served(suite, factories.adapter())

        execute(harness)

        assert (fresh(run).state, Proof.objects.get(run=run).verdict) == ("SUCCEEDED", "IDENTICAL")
