"""Verdicts on what probes showed."""

from dataclasses import dataclass, replace

import pytest

from evals import leases, proofs, runs
from evals.models import EvalRun, Proof
from tests import factories
from tests.conftest import NOON


@dataclass(frozen=True)
class Probed:
    probes: int = 24
    moved: float | None = 0.3
    gap_to_peft: float | None = 0.002
    gap_to_parent: float | None = 0.3
    gap_to_base: float | None = 0.4
    base_drift: float | None = 0.001
    note: str = ""


UNCOMPARED = Probed(moved=None, gap_to_peft=None, gap_to_parent=None, base_drift=None)


class TestJudge:
    @pytest.mark.parametrize(
        ("probed", "verdict"),
        [
            (Probed(), "APPLIED"),
            (Probed(gap_to_base=None, base_drift=None), "APPLIED"),  # a server of its own
            (Probed(moved=0.0, gap_to_parent=0.002, gap_to_base=0.001), "IDENTICAL"),
            (Probed(moved=0.0, gap_to_parent=0.002, gap_to_base=0.0), "IDENTICAL"),
            (Probed(moved=0.001, gap_to_parent=0.002), "APPLIED"),  # small, but there
            (Probed(gap_to_peft=0.051), "NOT_APPLIED"),
            (Probed(base_drift=0.051), "NOT_APPLIED"),
            (Probed(moved=0.001, gap_to_base=0.0), "NOT_APPLIED"),
            (Probed(moved=0.045, gap_to_peft=0.045, gap_to_parent=0.001), "NOT_APPLIED"),
            (replace(UNCOMPARED, note="Too large."), "NOT_COMPARED"),
            (replace(UNCOMPARED, gap_to_base=0.0), "NOT_APPLIED"),
        ],
    )
    def test_weighs_every_gap(self, probed: Probed, verdict: str) -> None:
        assert proofs.judge(probed).verdict == verdict

    def test_says_how_far_it_is_off(self) -> None:
        judgement = proofs.judge(Probed(gap_to_peft=0.4))

        assert judgement.sentence == (
            "The adapter is not applied: its answers are 0.400 nats from PEFT's."
        )


@pytest.mark.django_db
class TestRecord:
    @pytest.fixture
    def run(self) -> EvalRun:
        queued = runs.enqueue(contender=factories.adapter(), suite=factories.suite(), now=NOON)
        return runs.claim(run_id=queued.pk, owner="me", now=NOON)

    def test_keeps_the_newest_attempts_proof(self, run: EvalRun) -> None:
        proofs.record(run=run, probed=Probed(gap_to_peft=0.4), now=NOON)
        proofs.record(run=run, probed=Probed(), now=NOON)

        [kept] = Proof.objects.all()
        assert (kept.verdict, kept.gap_to_peft, kept.contender) == (
            "APPLIED",
            0.002,
            run.contender,
        )
        assert proofs.newest(run.contender) == kept

    def test_refuses_a_worker_that_lost_the_run(self, run: EvalRun) -> None:
        run.attempt += 1

        with pytest.raises(leases.LeaseLost):
            proofs.record(run=run, probed=Probed(), now=NOON)

        assert not Proof.objects.exists()
