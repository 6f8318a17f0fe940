"""What Prometheus reads: every number is asked of the database when somebody looks.

So two web processes, or ten machines, tell the same, and no process has counters to lose.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, FloatField, Max, Min, Q, Sum
from django.db.models.functions import Cast
from django.utils import timezone
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from arena import ratings
from arena.models import Battle, Response, Vote
from evals.models import Deployment, EvalRun
from workers.models import Heartbeat

CONTENT_TYPE = CONTENT_TYPE_LATEST
WINDOW = timedelta(minutes=5)
QUANTILES = (0.5, 0.95)
State = EvalRun.State


def exposition() -> bytes:
    """Return all metrics as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site(timezone.now()))
    return generate_latest(registry)


class _Site(Collector):
    """Reads the database once for each scrape."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def describe(self) -> Iterable[Metric]:
        """Say nothing beforehand: describing would ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from _runs(self._now)
        yield from _answers(self._now)
        yield from _votes()
        yield from _ratings(self._now)
        yield from _parts(self._now)


def _gauge(name: str, told: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(f"p4p_{name}", told)
    if value is not None:
        family.add_metric([], value)
    return family


def _by(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    told: str,
    label: str,
    rows: Iterable[tuple[str, float]],
) -> Metric:
    family = kind(f"p4p_{name}", told, labels=[label])
    for value, count in rows:
        family.add_metric([value], count)
    return family


def _runs(now: datetime) -> Iterator[Metric]:
    counted = EvalRun.objects.values_list("state").annotate(count=Count("pk"))
    states = dict.fromkeys(State.values, 0) | dict(counted)
    yield _by(GaugeMetricFamily, "runs", "Evaluation runs by state.", "state", states.items())
    oldest = EvalRun.objects.queued().aggregate(at=Min("queued_at"))["at"]
    yield _gauge(
        "queue_age_seconds",
        "How long the oldest queued run has waited.",
        _seconds(oldest, now) or 0.0,
    )
    running = EvalRun.objects.filter(state=State.RUNNING)
    yield _gauge(
        "leases_live",
        "Running runs whose lease holds.",
        running.filter(lease_until__gte=now).count(),
    )
    yield _gauge(
        "leases_expired",
        "Running runs whose worker has gone silent.",
        EvalRun.objects.expired(now=now).count(),
    )
    failed = (
        EvalRun.objects.filter(state=State.FAILED)
        .values_list("error_code")
        .annotate(count=Count("pk"))
    )
    yield _by(GaugeMetricFamily, "runs_failed", "Failed runs by code.", "code", failed)


def _answers(now: datetime) -> Iterator[Metric]:
    recent = Response.objects.filter(finished_at__gte=now - WINDOW)
    told = recent.filter(seconds__gt=0).aggregate(
        tokens=Sum(Cast("tokens", FloatField())), seconds=Sum("seconds")
    )
    rate = told["tokens"] / told["seconds"] if told["seconds"] else None
    yield _gauge("answer_tokens_per_second", "Of one answer, over five minutes.", rate)
    firsts = sorted(
        first for first in recent.values_list("first_token_s", flat=True) if first is not None
    )
    family = GaugeMetricFamily(
        "p4p_first_token_seconds", "Time to the first token over five minutes.", labels=["quantile"]
    )
    for quantile in QUANTILES if firsts else ():
        family.add_metric([str(quantile)], firsts[int(quantile * (len(firsts) - 1))])
    yield family
    yield _gauge("answers_recent", "Answers of the last five minutes.", recent.count())
    waiting = Battle.objects.filter(state=Battle.State.ANSWERING).aggregate(
        count=Count("pk"), oldest=Min("created_at")
    )
    yield _gauge("battles_answering", "Battles that are being answered.", waiting["count"])
    yield _gauge(
        "battles_answering_age_seconds",
        "How long the oldest of them has taken.",
        _seconds(waiting["oldest"], now) or 0.0,
    )
    yield _gauge(
        "battles_prepared",
        "Answered battles that nobody has taken.",
        Battle.objects.prepared().count(),
    )


def _votes() -> Iterator[Metric]:
    counted = Vote.objects.values_list("choice").annotate(count=Count("pk"))
    choices = dict.fromkeys(Vote.Choice.values, 0) | dict(counted)
    yield _by(CounterMetricFamily, "votes", "Votes by choice.", "choice", choices.items())
    excluded = (
        Vote.objects.exclude(exclusion="").values_list("exclusion").annotate(count=Count("pk"))
    )
    yield _by(GaugeMetricFamily, "votes_excluded", "Votes that do not count.", "reason", excluded)


def _ratings(now: datetime) -> Iterator[Metric]:
    newest = ratings.current()
    unseen = Vote.objects.counted().filter(pk__gt=newest.last_vote if newest else 0)
    late = unseen.aggregate(count=Count("pk"), oldest=Min("cast_at"))
    yield _gauge("rating_lag_votes", "Counted votes that no rating has seen.", late["count"])
    yield _gauge(
        "rating_lag_seconds",
        "How long the oldest of them has waited.",
        _seconds(late["oldest"], now) or 0.0,
    )
    yield _gauge(
        "rating_fit_seconds", "How long the newest fit took.", newest.seconds if newest else None
    )


def _parts(now: datetime) -> Iterator[Metric]:
    counted = Deployment.objects.values_list("state").annotate(count=Count("pk"))
    states = dict.fromkeys(Deployment.State.values, 0) | dict(counted)
    yield _by(GaugeMetricFamily, "deployments", "Deployments by state.", "state", states.items())
    newest = Deployment.objects.aggregate(at=Max("answered_at"))["at"]
    yield _gauge(
        "token_age_seconds", "Since any contender last gave a token.", _seconds(newest, now)
    )
    at_work = Count("pk", filter=Q(beat_at__gte=now - Heartbeat.TRUST))
    roles = Heartbeat.objects.exclude(role=Heartbeat.PROBE).values_list("role")
    yield _by(
        GaugeMetricFamily, "workers", "Processes at work.", "role", roles.annotate(count=at_work)
    )


def _seconds(since: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - since).total_seconds()) if since else None
