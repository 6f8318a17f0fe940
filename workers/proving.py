"""Have an adapter proven before it is scored; one that is not applied fails its run."""

from collections.abc import Callable
from datetime import datetime

from evals import files, proofs, runs
from evals.models import Contender, EvalRun, Proof
from workers.engines.faults import Code, UserFault
from workers.engines.orders import Target
from workers.engines.proofs import ProofOrder, Proven

Prove = Callable[[ProofOrder], Proven]


def prove(*, run: EvalRun, target: Target, ask: Prove, now: datetime) -> None:
    """Keep the proof of a run's adapter; raise ADAPTER_NOT_APPLIED where it fails."""
    contender = run.contender
    if contender.kind != Contender.Kind.ADAPTER:
        return
    standing = Proof.objects.filter(run=run).exclude(verdict=Proof.Verdict.NOT_APPLIED)
    if standing.exists():
        return  # an earlier attempt has proven it
    runs.tell_stage(run=run, stage="Proving that the adapter is applied")
    proven = ask(_order(contender, target))
    proofs.record(run=run, probed=proven, now=now)
    judgement = proofs.judge(proven)
    if judgement.verdict == Proof.Verdict.NOT_APPLIED:
        raise UserFault(Code.ADAPTER_NOT_APPLIED, judgement.sentence)


def _order(contender: Contender, target: Target) -> ProofOrder:
    shares = contender.serving == Contender.Serving.CONCATENATED
    return ProofOrder(
        target=target,
        layers=tuple(str(files.fetch(layer)) for layer in contender.stack()),
        base_name=contender.root().slug if shares else "",
    )
