"""Who waits, in which order, and for how long: a fair order, and a forecast from what was measured.

Each person has turns (`evals.turns`). The forecast comes from how long runs of a suite have kept
this site busy lately; where nothing was measured there is none.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from evals import turns
from evals.models import Attempt, Checkpoint, Contender, EvalRun
from evals.turns import Request, Service

MEASURED_RUNS = 20  # the most recent ones that a forecast looks at
State = EvalRun.State
SHARED = (Contender.Serving.MODEL, Contender.Serving.CONCATENATED)  # on one server of a base


def available(now: datetime) -> QuerySet[EvalRun]:
    """Return the runs that a worker may claim: those that wait, and those that were abandoned."""
    abandoned = Q(state=State.RUNNING, lease_until__lt=now)
    return EvalRun.objects.filter(
        Q(state=State.QUEUED) | abandoned,
        attempt__lt=F("attempts_before") + settings.MAX_ATTEMPTS,
        cancel_requested=False,
    )


def next_available(*, now: datetime) -> list[int]:
    """Return the runs that may be claimed now, in the order of their turns."""
    return [each.run_id for each in _order(available(now))]


def next_batch(*, now: datetime, resting: Collection[int] = ()) -> list[int]:
    """Return the next run and those to be measured with it on one server; skip what rests."""
    waiting = [each for each in _requests(available(now)) if each.run_id not in resting]
    return [each.run_id for each in turns.batch(waiting, _served(waiting))]


def company(batch: list[int]) -> list[int]:
    """Return who of a batch is measured side by side: the first, and whom its server serves too.

    Whatever interrupted a run may take down everything beside it, so such a one goes alone; so
    does who needs a server of its own, for which there may be no room beside the others.
    """
    known = EvalRun.objects.filter(pk__in=batch)
    social = known.filter(attempt=F("attempts_before"), contender__serving__in=SHARED)
    found = set(social.values_list("pk", flat=True))
    return [pk for pk in batch if pk in found] if batch[0] in found else batch[:1]


def queue_position(run: EvalRun) -> int:
    """Return 1 for the run that is taken next; 0 for one that waits no longer."""
    return Forecast.read(now=timezone.now()).position(run)


def eta_s(run: EvalRun, *, now: datetime | None = None) -> float | None:
    """Return the seconds until a run is expected to end; None where nothing tells."""
    return Forecast.read(now=now or timezone.now()).eta_s(run)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The whole queue as it stands, to be asked about any run of it."""

    now: datetime
    waiting: list[int]  # in the order of their turns
    suites: dict[int, int]  # of every unfinished run
    shares: dict[int, float]  # of every running one: how much of it is measured, 0 to 1
    started: dict[int, datetime | None]  # of every running one
    paces: dict[int, float] = field(default_factory=dict)  # seconds a run, by suite

    @classmethod
    def read(cls, *, now: datetime) -> Self:
        """Read it."""
        unfinished = EvalRun.objects.unfinished()
        rows = list(unfinished.values_list("pk", "suite_id", "state", "started_at"))
        started = {pk: at for pk, _, state, at in rows if state == State.RUNNING}
        suites = {pk: suite for pk, suite, _, _ in rows}
        paces = {suite: pace_s(suite) for suite in set(suites.values())}
        return cls(
            now=now,
            waiting=[each.run_id for each in _order(EvalRun.objects.queued())],
            suites=suites,
            shares=_shares(started),
            started=started,
            paces={suite: pace for suite, pace in paces.items() if pace is not None},
        )

    def position(self, run: EvalRun) -> int:
        """Return 1 for the run that is taken next; 0 for one that waits no longer."""
        return self.waiting.index(run.pk) + 1 if run.pk in self.waiting else 0

    def eta_s(self, run: EvalRun) -> float | None:
        """Return the seconds until a run is expected to end; None where nothing tells."""
        if run.pk in self.shares:
            return self._rest_s(run.pk)
        if run.pk not in self.waiting:
            return None
        rests = [self._rest_s(pk) for pk in self.shares]
        paces = [self.paces.get(self.suites[pk]) for pk in self.waiting[: self.position(run)]]
        known = [each for each in (*rests, *paces) if each is not None]
        return sum(known) if len(known) == len(rests) + len(paces) else None

    def _rest_s(self, pk: int) -> float | None:
        """Return what is left of a running one: of the usual time, then by its own progress."""
        begun, usual, share = self.started[pk], self.paces.get(self.suites[pk]), self.shares[pk]
        elapsed = (self.now - begun).total_seconds() if begun else 0.0
        if usual is not None and elapsed < usual:
            return usual - elapsed
        return elapsed * (1 - share) / share if share else None  # slower than usual


def pace_s(suite_id: int) -> float | None:
    """Return the seconds of work that one run of a suite costs this site, measured lately.

    Runs side by side share the time that they overlap, so more machines make it shorter.
    """
    ended = (
        EvalRun.objects.filter(suite=suite_id, state=State.SUCCEEDED, started_at__isnull=False)
        .order_by("-finished_at", "-pk")
        .values_list("started_at", "finished_at")[:MEASURED_RUNS]
    )
    spans = [(start, end) for start, end in ended if start and end]
    return _union_s(spans) / len(spans) if spans else None


def _union_s(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Return for how many seconds at least one span lasted."""
    total, reached = timedelta(), None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        total += max(timedelta(), end - begin)
        reached = end if reached is None else max(end, reached)
    return total.total_seconds()


def _shares(running: Iterable[int]) -> dict[int, float]:
    percents: dict[int, list[int]] = {pk: [] for pk in running}
    for point in Checkpoint.objects.filter(run__in=list(percents)):
        percents[point.run_id].append(point.percent)
    return {pk: sum(all_) / len(all_) / 100 if all_ else 0.0 for pk, all_ in percents.items()}


def _order(runs: QuerySet[EvalRun]) -> list[Request]:
    waiting = _requests(runs)
    return turns.order(waiting, _served(waiting))


def _requests(runs: QuerySet[EvalRun]) -> list[Request]:
    rows = runs.values_list("pk", "owner", "queued_at", "contender__base", "contender")
    return [
        Request(pk, owner, queued_at, base or contender)
        for pk, owner, queued_at, base, contender in rows
    ]


def _served(waiting: Iterable[Request]) -> dict[str, Service]:
    """Return when each person was served: the numbers of their two latest attempts."""
    people = {each.person for each in waiting}
    rank = Window(RowNumber(), partition_by=F("run__owner"), order_by=F("pk").desc())
    latest = (
        Attempt.objects.filter(run__owner__in=people)
        .annotate(rank=rank)
        .filter(rank__lte=2)
        .order_by("-pk")
        .values_list("run__owner", "pk")
    )
    found: dict[str, list[int]] = {}
    for person, number in latest:
        found.setdefault(person, []).append(number)
    return {person: Service(*numbers) for person, numbers in found.items()}
