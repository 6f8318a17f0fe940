"""What the runs of one suite say about every contender: scores, speed, and how far they are.

Four queries for the whole board. A contender's newest finished run speaks for it; until one has
finished, the newest unfinished one does, with the scores it already has.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Q

from evals.models import Benchmark, Checkpoint, Contender, EvalRun, Score, Submission, Suite
from leaderboard.boards.rows import Cell, Progress

_UNMEASURED = EvalRun()  # a run that measured nothing


@dataclass(slots=True)
class Evidence:
    """The runs that speak for each contender, with what they measured."""

    finished: dict[int, EvalRun] = field(default_factory=dict)  # newest success, by contender
    newest: dict[int, EvalRun] = field(default_factory=dict)  # newest of any state
    scores: dict[tuple[int, int], Cell] = field(default_factory=dict)  # by run and benchmark
    percents: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    submissions: dict[int, str] = field(default_factory=dict)  # by run

    @classmethod
    def of(cls, suite: Suite | None) -> Self:
        """Read everything that was measured on a suite."""
        evidence = cls()
        if suite is not None:
            evidence._read_runs(suite)
            evidence._read_scores(suite)
            evidence._read_checkpoints(suite)
            evidence._read_submissions(suite)
        return evidence

    def cells(self, contender: Contender, benchmarks: Iterable[Benchmark]) -> dict[str, Cell]:
        """Return the value of every benchmark, or an empty cell that says why."""
        run = self._speaker(contender)
        return {each.key: self.scores.get((run.pk or 0, each.pk), Cell()) for each in benchmarks}

    def serving(self, contender: Contender) -> EvalRun:
        """Return the run that measured speed and cost; an empty one where none did."""
        return self.finished.get(contender.pk, _UNMEASURED)

    def is_reported(self, contender: Contender) -> bool:
        """Say whether its scores were reported by somebody and not measured here."""
        return self._speaker(contender).evidence == EvalRun.Evidence.REPORTED

    def progress(self, contender: Contender) -> Progress | None:
        """Return where the newest run stands, unless it simply succeeded."""
        run = self.newest.get(contender.pk)
        if run is None or run.state == EvalRun.State.SUCCEEDED:
            return None
        percents = self.percents.get(run.pk, [])
        return Progress(
            state=run.state,
            percent=sum(percents) // len(percents) if percents else 0,
            stage=run.stage,
            submission_id=self.submissions.get(run.pk, ""),
            error_code=run.error_code,
            error_sentence=run.error_sentence,
        )

    def _speaker(self, contender: Contender) -> EvalRun:
        newest = self.newest.get(contender.pk, _UNMEASURED)
        unfinished = newest if newest.state in EvalRun.UNFINISHED else _UNMEASURED
        return self.finished.get(contender.pk, unfinished)

    def _read_runs(self, suite: Suite) -> None:
        for run in EvalRun.objects.filter(suite=suite).defer("versions").order_by("pk"):
            self.newest[run.contender_id] = run
            if run.state == EvalRun.State.SUCCEEDED and not self._is_outdone(run):
                self.finished[run.contender_id] = run

    def _is_outdone(self, run: EvalRun) -> bool:
        """Say whether it was reported, and something was measured here."""
        known = self.finished.get(run.contender_id)
        is_reported = run.evidence == EvalRun.Evidence.REPORTED
        return is_reported and known is not None and known.evidence != run.evidence

    def _read_scores(self, suite: Suite) -> None:
        measured = Score.objects.filter(run__suite=suite).exclude(
            run__state__in=(EvalRun.State.FAILED, EvalRun.State.CANCELLED)
        )
        for run, benchmark, value, stderr, samples in measured.values_list(
            "run_id", "benchmark_id", "value", "stderr", "samples"
        ):
            if math.isfinite(value):
                known = stderr if stderr is not None and math.isfinite(stderr) else None
                self.scores[run, benchmark] = Cell(value, known, samples)

    def _read_checkpoints(self, suite: Suite) -> None:
        wanted = Q(run__state__in=EvalRun.UNFINISHED) | Q(state=Checkpoint.State.NOT_APPLICABLE)
        for point in Checkpoint.objects.filter(wanted, run__suite=suite):
            self.percents[point.run_id].append(point.percent)
            if point.state == Checkpoint.State.NOT_APPLICABLE:
                self.scores[point.run_id, point.benchmark_id] = Cell(is_applicable=False)

    def _read_submissions(self, suite: Suite) -> None:
        asked = Submission.objects.filter(run__suite=suite).exclude(
            run__state=EvalRun.State.SUCCEEDED
        )
        for pk, run in asked.order_by("created_at", "pk").values_list("pk", "run_id"):
            self.submissions.setdefault(run, str(pk))
