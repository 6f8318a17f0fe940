"""Measure one run, benchmark by benchmark, in the hands of one worker.

Each benchmark is a checkpoint: what an earlier attempt measured is not asked again.
"""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from evals import addresses, runs, spans
from evals.failpoints import failpoint
from evals.models import Benchmark, Checkpoint, Contender, Deployment, EvalRun
from evals.records import Cost
from workers import fetching, proving, served, waiting
from workers.engines.faults import Code, UserFault
from workers.engines.orders import BenchmarkSpec, Measurement, Order, Target, TargetKind
from workers.engines.proofs import ProofOrder, Proven
from workers.holding import Hold
from workers.quiet import Quiet

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 0.5
IN_FLIGHT = 16  # requests on one server: more would fill it, and people would wait for a place
AFTER_PEOPLE = 1  # vLLM's priority: a benchmark's question waits while a person does


class Harness(Protocol):
    """What runs lm-eval; the real one is `workers.engines.harness.Harness`."""

    def warm_up(self) -> None:
        """Begin to start, without waiting."""

    def prepare(self, order: Order) -> None:
        """Build the questions of an order that will come, without waiting."""

    def measure(
        self,
        order: Order,
        *,
        on_progress: Callable[[int, int], None],
        is_cancelled: Callable[[], bool],
        time_limit_s: float,
    ) -> Measurement:
        """Return what one benchmark came to, or raise its fault."""

    def prove(self, order: ProofOrder, *, is_cancelled: Callable[[], bool]) -> Proven:
        """Return what probes show of a served stack, or raise a fault."""


class CostMeter(Protocol):
    """What measures serving; the real one is `workers.costs.measure`."""

    def __call__(
        self, contender: Contender, deployment: Deployment, target: Target, api_key: str
    ) -> Cost:
        """Return what serving costs."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A measurement with the place of its samples, as the rows keep it."""

    value: float
    stderr: float | None
    samples: int
    samples_path: str
    parts: dict[str, Any]
    provenance: dict[str, Any]


@dataclass(slots=True)
class Measuring:
    """One run being measured."""

    run: EvalRun
    hold: Hold
    harness: Harness
    meter: CostMeter
    quiet: Quiet
    clock: Callable[[], datetime]
    share: int = 1  # runs that ask the same server side by side, this one included

    def finish(self) -> None:
        """Measure what is unmeasured and end the run; raise whatever prevents it."""
        contender = self.run.contender
        self.harness.warm_up()
        self._fetch()
        self._prepare()
        deployment = waiting.for_deployment(run=self.run, hold=self.hold, clock=self.clock)
        failpoint("engine-ready")
        target = target_of(contender, deployment, share=self.share)
        with self.quiet.noise(self.hold.check):
            self._prove(target)
        versions = dict(self.run.versions)
        for benchmark in self._unmeasured():
            with self.quiet.noise(self.hold.check):
                versions |= self._measure(benchmark, target)
        if not self.run.scores.exists():
            raise UserFault(
                Code.NOT_APPLICABLE, f"No benchmark of this suite can be asked of {contender.name}."
            )
        self._measure_cost(deployment, target, versions)
        failpoint("run-measured")
        runs.complete(run=self.run, now=self.clock())

    def _fetch(self) -> None:
        """Have every layer's files here, unchanged, before an engine is waited for."""
        contender = self.run.contender
        if contender.source == Contender.Source.API:
            addresses.check(contender.locator)  # names can move since it was submitted
            return
        for layer in contender.stack():
            fetching.fetch(run=self.run, layer=layer, hold=self.hold)

    def _prepare(self) -> None:
        """Have questions built while the engine starts."""
        nowhere = Target(TargetKind.VLLM, "", "")
        for benchmark in self._unmeasured():
            if is_applicable(benchmark, self.run.contender):
                self.harness.prepare(_order(self.run, benchmark, nowhere, Path()))

    def _prove(self, target: Target) -> None:
        self.hold.check()

        def ask(order: ProofOrder) -> Proven:
            return self.harness.prove(order, is_cancelled=self.hold.is_over)

        proving.prove(run=self.run, target=target, ask=ask, now=self.clock())

    def _unmeasured(self) -> list[Benchmark]:
        unmeasured = (Checkpoint.State.WAITING, Checkpoint.State.RUNNING)
        checkpoints = self.run.checkpoints.filter(state__in=unmeasured)
        return [
            checkpoint.benchmark
            for checkpoint in checkpoints.select_related("benchmark").order_by(
                "benchmark__position", "pk"
            )
        ]

    def _measure(self, benchmark: Benchmark, target: Target) -> dict[str, str]:
        """Score one benchmark, or mark it as not applicable; return what measured it."""
        self.hold.check()
        if not is_applicable(benchmark, self.run.contender):
            runs.skip_benchmark(run=self.run, benchmark=benchmark, now=self.clock())
            return {}
        runs.tell_stage(run=self.run, stage=f"Measuring {benchmark.title}")
        runs.start_benchmark(run=self.run, benchmark=benchmark, now=self.clock())
        path = self._samples_path(benchmark)
        try:
            with spans.span("engine benchmark", kind="CLIENT", benchmark=benchmark.key):
                measurement = self.harness.measure(
                    _order(self.run, benchmark, target, path),
                    on_progress=self._reporter(benchmark),
                    is_cancelled=self.hold.is_over,
                    time_limit_s=settings.BENCHMARK_TIMEOUT_S,
                )
        except UserFault as fault:
            if fault.code != Code.NOT_APPLICABLE:
                raise
            runs.skip_benchmark(run=self.run, benchmark=benchmark, now=self.clock())
            return {}
        failpoint("benchmark-measured")
        self._record(benchmark, measurement, path)
        failpoint("benchmark-recorded")
        return measurement.versions

    def _record(self, benchmark: Benchmark, measurement: Measurement, path: Path) -> None:
        kept = path.relative_to(settings.VAR_DIR).as_posix() if path.exists() else ""
        recorded = Recorded(
            measurement.value,
            measurement.stderr,
            measurement.samples,
            kept,
            measurement.parts,
            measurement.provenance,
        )
        runs.record(run=self.run, benchmark=benchmark, measurement=recorded, now=self.clock())

    def _samples_path(self, benchmark: Benchmark) -> Path:
        """Return a file of this attempt's own, so that an overtaken worker overwrites nothing."""
        folder = Path(settings.SAMPLES_DIR, f"run-{self.run.pk}-{self.run.attempt}")
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{benchmark.key}.parquet"

    def _reporter(self, benchmark: Benchmark) -> Callable[[int, int], None]:
        told_at = -REPORT_EVERY_S

        def report(done: int, total: int) -> None:
            nonlocal told_at
            failpoint("benchmark-asked")
            if time.monotonic() - told_at >= REPORT_EVERY_S or done == total:
                told_at = time.monotonic()
                runs.report_progress(run=self.run, benchmark=benchmark, done=done, total=total)

        return report

    def _measure_cost(
        self, deployment: Deployment, target: Target, versions: dict[str, Any]
    ) -> None:
        self.hold.check()
        runs.tell_stage(run=self.run, stage="Measuring speed and cost")
        deployment.refresh_from_db()
        contender = self.run.contender
        key = addresses.key_for(contender.locator) or "" if _is_api(contender) else ""
        with self.quiet.silence(self.hold.check):
            cost = self.meter(contender, deployment, target, key)
        versions |= served.origins(contender, deployment) | served.engine(deployment)
        runs.record_cost(run=self.run, cost=cost, versions=versions)


def answers_path(run_id: int) -> Path:
    """Return where a run's answers are kept for its next attempt on this machine."""
    return Path(settings.VAR_DIR, "harness", "answers", f"run-{run_id}.sqlite")


def forget_answers_of_finished(run_ids: Collection[int]) -> None:
    """Remove the answers that no attempt needs any more."""
    unfinished = set(
        EvalRun.objects.unfinished().filter(pk__in=run_ids).values_list("pk", flat=True)
    )
    for run_id in set(run_ids) - unfinished:
        path = answers_path(run_id)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_applicable(benchmark: Benchmark, contender: Contender) -> bool:
    """Say whether a benchmark can be asked of a contender at all."""
    if _is_api(contender):
        return not benchmark.needs_logprobs
    has_template = contender.root().config.get("has_chat_template", True)
    return bool(has_template) or not benchmark.is_chat


def target_of(contender: Contender, deployment: Deployment, *, share: int = 1) -> Target:
    """Return where the harness finds a contender, and its share of what the server may hold."""
    pinned = addresses.pin(contender.locator) if _is_api(contender) else None
    host = (urlsplit(contender.locator).hostname or "") if pinned else ""
    url = pinned.url if pinned else deployment.url
    return Target(
        kind=TargetKind.API if pinned else TargetKind.VLLM,
        url=url.rstrip("/").removesuffix("/v1"),
        host=pinned.headers["host"] if pinned else "",
        served_name=deployment.served_name,
        tokenizer_dir=deployment.tokenizer_dir,
        api_key_variable=settings.BASELINE_KEYS.get(host, ""),
        priority=0 if _is_api(contender) else AFTER_PEOPLE,
        concurrency=0 if _is_api(contender) else max(1, IN_FLIGHT // share),
    )


def _is_api(contender: Contender) -> bool:
    return contender.source == Contender.Source.API


def _order(run: EvalRun, benchmark: Benchmark, target: Target, samples_path: Path) -> Order:
    return Order(
        run=str(run.pk),
        benchmark=BenchmarkSpec(
            task=benchmark.task,
            metric=benchmark.metric,
            filter=benchmark.filter,
            shots=benchmark.shots,
            is_chat=benchmark.is_chat,
            limit=benchmark.limit,
            parts=benchmark.parts,
        ),
        target=target,
        include_paths=(str(settings.TASKS_DIR),),
        samples_path=str(samples_path),
        memory_path=str(answers_path(run.pk)),
        made_by="\n".join(
            f"{each.source} {each.locator} {each.revision}" for each in run.contender.stack()
        ),
    )
