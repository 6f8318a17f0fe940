"""What the page of the queue says: who is measured, who waits for which turn, what answers.

Rows ready to be shown, in a number of queries that does not grow with them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch

from evals.models import Checkpoint, Deployment, EvalRun, Submission
from evals.queue import Forecast

SHOWN_MAX = 200
State = EvalRun.State


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One run that is not finished."""

    run: EvalRun
    submission: Submission | None
    position: int  # 0: it is being measured
    percent: int
    eta_s: float | None
    is_yours: bool


@dataclass(frozen=True, slots=True)
class Server:
    """One server, with everybody who answers on it."""

    url: str
    base: str
    state: str
    reason: str
    memory_bytes: int | None
    answered_at: datetime | None
    names: list[str]  # of the adapters loaded on it


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine and its servers."""

    name: str
    servers: list[Server]

    @property
    def memory_bytes(self) -> int:
        """Return what its servers hold together."""
        return sum(server.memory_bytes or 0 for server in self.servers)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Everything the page shows."""

    running: list[QueueLine]
    waiting: list[QueueLine]
    total_waiting: int
    people: int
    eta_s: float | None  # until the last one is done
    memory_budget: int
    machines: list[Machine] = field(default_factory=list)


def read(*, key: str, user_id: int | None, now: datetime) -> QueuePage:
    """Read the page as this reader may see it."""
    forecast = Forecast.read(now=now)
    running_ids = sorted(forecast.shares)
    runs = _runs([*running_ids, *forecast.waiting[:SHOWN_MAX]])
    lines = [
        _line(runs[pk], forecast, key=key, user_id=user_id)
        for pk in (*running_ids, *forecast.waiting[:SHOWN_MAX])
        if pk in runs
    ]
    last = EvalRun.objects.filter(pk__in=forecast.waiting[-1:]).first()
    owners = EvalRun.objects.queued().order_by().values("owner").distinct()
    return QueuePage(
        running=[line for line in lines if not line.position],
        waiting=[line for line in lines if line.position],
        total_waiting=len(forecast.waiting),
        people=owners.count(),
        eta_s=forecast.eta_s(last) if last else None,
        memory_budget=settings.ENGINE_MEMORY_BYTES,
        machines=machines(),
    )


def machines() -> list[Machine]:
    """Return every machine with what answers there."""
    found: dict[str, dict[str, list[Deployment]]] = defaultdict(lambda: defaultdict(list))
    rows = Deployment.objects.select_related("contender__base").order_by("machine", "url", "pk")
    for row in rows:
        place = row.url or f"{row.contender.root().slug}: {row.state}"
        found[row.machine][place].append(row)
    return [
        Machine(name, [_server(place, rows) for place, rows in servers.items()])
        for name, servers in found.items()
    ]


def _runs(ids: Iterable[int]) -> dict[int, EvalRun]:
    points = Prefetch("checkpoints", queryset=Checkpoint.objects.order_by("pk"))
    asked = Prefetch("submissions", queryset=Submission.objects.order_by("created_at", "pk"))
    found = EvalRun.objects.filter(pk__in=list(ids)).select_related("contender", "suite")
    return {run.pk: run for run in found.prefetch_related(points, asked)}


def _line(run: EvalRun, forecast: Forecast, *, key: str, user_id: int | None) -> QueueLine:
    asked = list(run.submissions.all())
    percents = [point.percent for point in run.checkpoints.all()]
    return QueueLine(
        run=run,
        submission=asked[0] if asked else None,
        position=forecast.position(run),
        percent=sum(percents) // len(percents) if percents else 0,
        eta_s=forecast.eta_s(run),
        is_yours=any(_is_yours(each, key, user_id) for each in asked),
    )


def _is_yours(submission: Submission, key: str, user_id: int | None) -> bool:
    is_account = user_id is not None and submission.submitter_id == user_id
    return is_account or (bool(key) and submission.submitter_key == key)


def _server(place: str, rows: list[Deployment]) -> Server:
    base = next((row for row in rows if row.contender.base_id is None), rows[0])
    return Server(
        url=place,
        base=base.contender.root().name,
        state=base.state,
        reason=base.reason,
        memory_bytes=base.memory_bytes,
        answered_at=base.answered_at,
        names=[row.contender.name for row in rows if row is not base],
    )
