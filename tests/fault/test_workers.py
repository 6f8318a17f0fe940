"""Workers killed, paused, cancelled and rung twice: every run ends once, measured once."""

import os
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
import redis
from django.conf import settings as site
from django.utils import timezone
from pytest_django import Settings

from evals import runs
from evals.models import Checkpoint, EvalRun, Score, Suite
from tests import factories
from tests.fault.faultproxy import before
from tests.fault.processes import Place, eventually, worker
from workers import bells, tasks

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"POLL_S": "1", "SWEEP_S": "1", "HEARTBEAT_S": "1"}
FAILPOINTS = [
    "benchmark-recorded",
    *(
        pytest.param(name, marks=pytest.mark.long)
        for name in (
            "run-found",
            "run-claimed",
            "engine-ready",
            "benchmark-asked",
            "benchmark-measured",
            "run-measured",
        )
    ),
]
SHORT_LEASE = {"LEASE_S": "3", **QUICK}


@pytest.fixture
def suite() -> Suite:
    return factories.suite("tiny")


def queued(suite: Suite, count: int = 1) -> list[EvalRun]:
    """Return runs of API contenders: nothing is fetched, and a server answers for each."""
    made = []
    for _ in range(count):
        contender = factories.baseline(f"Baseline {time.monotonic_ns()}")
        factories.deployment(contender)
        made.append(runs.enqueue(contender=contender, suite=suite, now=timezone.now()))
    return made


@pytest.fixture(autouse=True)
def generative(suite: Suite) -> None:
    """Have benchmarks that an API can answer."""
    suite.benchmarks.update(output_type="generate_until")


def asked(folder: Path) -> Counter[str]:
    log = folder / "asked.log"
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def are_done(made: list[EvalRun]) -> bool:
    keys = [run.pk for run in made]
    return EvalRun.objects.filter(pk__in=keys, state="SUCCEEDED").count() == len(keys)


def told(made: list[EvalRun]) -> list[tuple[object, ...]]:
    keys = [run.pk for run in made]
    rows = EvalRun.objects.filter(pk__in=keys)
    return list(rows.values_list("state", "attempt", "stage", "error_code", "error_sentence"))


@pytest.mark.fault("F20", "worker killed at a failpoint")
@pytest.mark.parametrize("name", FAILPOINTS)
def test_a_run_survives_a_worker_killed_anywhere(
    place: Place, suite: Suite, name: str, rounds: int, recovery: dict[str, float]
) -> None:
    slowest = 0.0
    for _ in range(rounds):
        made = queued(suite)
        with worker(place, **QUICK, FAILPOINTS=f"{name}=kill") as first:
            assert eventually(lambda: first.poll() is not None), (told(made), asked(place.folder))
        died_at = time.monotonic()
        with worker(place, **QUICK):
            assert eventually(partial(are_done, made), within_s=90), told(made)
        slowest = max(slowest, time.monotonic() - died_at)
        made[0].refresh_from_db()
        assert Score.objects.filter(run=made[0]).count() == 2
        assert made[0].attempt <= 3
        repeats = [n for line, n in asked(place.folder).items() if n > 2]
        assert repeats == []
    if name == "benchmark-recorded":
        assert set(asked(place.folder).values()) == {1}  # a finished benchmark is not asked again
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.long
@pytest.mark.fault("F18", "the same bell rung 20 times, two workers")
def test_a_run_rung_twenty_times_is_executed_once(
    place: Place, suite: Suite, valkey: redis.Redis
) -> None:
    place.redis_url = site.REDIS_URL
    with worker(place, name="one", **QUICK), worker(place, name="two", **QUICK):
        time.sleep(2)
        made = queued(suite, 3)
        for _ in range(20):
            tasks.ring_runs()
        assert eventually(lambda: are_done(made)), told(made)

    assert set(asked(place.folder).values()) == {1}
    assert Score.objects.count() == 6


@pytest.mark.long
@pytest.mark.fault("F13", "Valkey emptied with runs queued")
def test_runs_queued_while_valkey_is_emptied_finish_once(
    place: Place, suite: Suite, valkey: redis.Redis, rounds: int
) -> None:
    place.redis_url = site.REDIS_URL
    made = queued(suite, 50 if rounds > 1 else 8)
    tasks.ring_runs()
    bells.wait_until_silent()
    valkey.flushall()
    with (
        worker(place, name="one", **QUICK, BENCHMARK_S="0.05"),
        worker(place, name="two", **QUICK, BENCHMARK_S="0.05"),
    ):
        time.sleep(1)
        valkey.flushall()
        assert eventually(lambda: are_done(made), within_s=120), told(made)

    assert set(asked(place.folder).values()) == {1}
    assert Score.objects.count() == 2 * len(made)


@pytest.mark.long
@pytest.mark.fault("F19", "the broker fails after the commit")
def test_a_run_whose_bell_was_never_rung_is_found_by_the_poll(
    place: Place, suite: Suite, settings: Settings, recovery: dict[str, float]
) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "unix:///nowhere/valkey.sock"
    with worker(place, **QUICK):
        time.sleep(1)
        made = queued(suite)
        submitted_at = time.monotonic()
        tasks.ring_runs()
        assert eventually(lambda: are_done(made), within_s=30), told(made)
    recovery["seconds"] = round(time.monotonic() - submitted_at, 1)


@pytest.mark.long
@pytest.mark.fault("F23", "worker paused past its lease, then woken")
def test_a_worker_that_slept_past_its_lease_changes_nothing(place: Place, suite: Suite) -> None:
    made = queued(suite)
    with worker(place, name="zombie", **SHORT_LEASE, BENCHMARK_S="3") as zombie:
        assert eventually(lambda: asked(place.folder)), place.said("zombie")
        os.killpg(zombie.pid, signal.SIGSTOP)
        with worker(place, name="other", **SHORT_LEASE):
            assert eventually(lambda: are_done(made), within_s=60), told(made)
        ended = EvalRun.objects.values().get(pk=made[0].pk)
        os.killpg(zombie.pid, signal.SIGCONT)
        time.sleep(5)
        said = place.said("zombie")

    assert EvalRun.objects.values().get(pk=made[0].pk) == ended
    assert Score.objects.filter(run=made[0]).count() == 2
    assert "taken over by another worker" in said


@pytest.mark.long
@pytest.mark.fault("F27", "cancelled while it is measured, and while no worker is there")
def test_a_cancelled_run_stops_and_never_starts(
    place: Place, suite: Suite, recovery: dict[str, float]
) -> None:
    running, waiting = queued(suite, 2)
    with worker(place, **QUICK, BENCHMARK_S="60"):
        assert eventually(lambda: asked(place.folder)), place.said("worker")
        cancelled_at = time.monotonic()
        for run in (running, waiting):
            runs.request_cancel(run=run, now=timezone.now())
        assert eventually(
            lambda: EvalRun.objects.filter(state="CANCELLED").count() == 2, within_s=15
        ), told([running, waiting])
        recovery["seconds"] = round(time.monotonic() - cancelled_at, 1)

    assert not Score.objects.exists()
    assert not Checkpoint.objects.filter(state="DONE").exists()


@pytest.mark.long
@pytest.mark.fault("F26", "SIGTERM while a run is measured")
def test_a_worker_that_is_asked_to_end_hands_its_run_on(
    place: Place, suite: Suite, recovery: dict[str, float]
) -> None:
    made = queued(suite)
    with worker(place, **QUICK, BENCHMARK_S="60") as first:
        assert eventually(lambda: asked(place.folder)), place.said("worker")
        asked_at = time.monotonic()
        first.send_signal(signal.SIGTERM)
        first.wait(timeout=30)
    recovery["seconds"] = round(time.monotonic() - asked_at, 1)
    made[0].refresh_from_db()
    assert (made[0].state, made[0].lease_owner) == ("QUEUED", "")

    with worker(place, **QUICK):
        assert eventually(lambda: are_done(made)), told(made)


@pytest.mark.fault("F15", "Valkey half open: connections stall")
def test_bells_over_a_stalled_connection_keep_nobody_waiting(
    settings: Settings, valkey: redis.Redis
) -> None:
    upstream = redis_port()
    if upstream is None:
        pytest.skip("the embedded Valkey listens on a socket only")
    with before(upstream) as proxy:
        proxy.mode = "stall"
        settings.REDIS_URL = f"redis://127.0.0.1:{proxy.port}"
        settings.CELERY_BROKER_URL = settings.REDIS_URL
        bells.forget_broker()
        started = time.monotonic()
        for _ in range(50):
            tasks.ring_runs()
        rung_in = time.monotonic() - started
        bells.wait_until_silent()
    bells.forget_broker()

    assert rung_in < 0.5


def redis_port() -> int | None:
    address = site.REDIS_URL
    return int(address.rpartition(":")[2].split("/")[0]) if address.startswith("redis://") else None
