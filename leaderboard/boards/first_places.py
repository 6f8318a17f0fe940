"""Who took the first place on a benchmark, and when: read from the scores in their order.

A first place is the best value so far among the competitors; baselines only mark what to beat.
"""

from dataclasses import dataclass
from datetime import datetime

from evals.models import Benchmark, Contender, EvalRun, Score, Suite

AT_MOST = 50


@dataclass(frozen=True, slots=True)
class FirstPlace:
    """One contender that became the best on one benchmark."""

    score_id: int
    contender: Contender
    benchmark: Benchmark
    value: float
    stderr: float | None
    former: Contender | None  # None: nobody had been measured before
    former_value: float | None
    taken_at: datetime


def newest(suite: Suite | None, *, at_most: int = AT_MOST) -> list[FirstPlace]:
    """Return the first places taken on a suite, newest first; one query."""
    measured = Score.objects.filter(
        run__suite=suite,
        run__state=EvalRun.State.SUCCEEDED,
        run__evidence=EvalRun.Evidence.MEASURED,
        run__contender__is_listed=True,
    ).exclude(run__contender__kind=Contender.Kind.BASELINE)
    best: dict[int, Score] = {}
    taken: list[FirstPlace] = []
    for score in measured.select_related("benchmark", "run__contender").order_by(
        "measured_at", "pk"
    ):
        former = best.get(score.benchmark_id)
        if former is None or _is_better(score, former):
            best[score.benchmark_id] = score
            if former is None or former.run.contender_id != score.run.contender_id:
                taken.append(_first_place(score, former))
    return taken[::-1][:at_most]


def _is_better(score: Score, former: Score) -> bool:
    sign = 1 if score.benchmark.is_higher_better else -1
    return sign * score.value > sign * former.value


def _first_place(score: Score, former: Score | None) -> FirstPlace:
    return FirstPlace(
        score_id=score.pk,
        contender=score.run.contender,
        benchmark=score.benchmark,
        value=score.value,
        stderr=score.stderr,
        former=former.run.contender if former else None,
        former_value=former.value if former else None,
        taken_at=score.measured_at,
    )
