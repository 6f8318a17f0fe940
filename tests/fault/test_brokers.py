"""Valkey away, emptied, stalled, full or repeating itself: work is found, and done once."""

import time

import httpx
import pytest
import redis
from django.conf import settings as site
from pytest_django import Settings

from evals.models import Contender, Score, Suite
from tests import factories
from tests.fault import voting
from tests.fault.faultproxy import before
from tests.fault.processes import Place, Web, eventually, web, worker
from tests.fault.queueing import QUICK, are_done, asked, queued, told
from workers import bells, tasks
from workers.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def suite(generative_suite: Suite) -> Suite:
    return generative_suite


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
@pytest.mark.fault("F17", "a job longer than the broker's visibility timeout, two workers")
def test_a_job_that_outlasts_the_visibility_timeout_is_executed_once(
    place: Place, suite: Suite, valkey: redis.Redis
) -> None:
    place.redis_url = site.REDIS_URL
    patient = {**QUICK, "VISIBILITY_S": "1", "BENCHMARK_S": "3"}
    with worker(place, name="one", **patient), worker(place, name="two", **patient):
        made = queued(suite)
        tasks.ring_runs()
        assert eventually(lambda: are_done(made)), told(made)
        time.sleep(2)  # time enough for a message to come back

    assert set(asked(place.folder).values()) == {1}
    assert Score.objects.count() == 2


@pytest.mark.long
@pytest.mark.fault("F28", "no beat, and messages that nobody can read")
def test_messages_that_make_no_sense_stop_no_worker(
    place: Place, suite: Suite, valkey: redis.Redis, recovery: dict[str, float]
) -> None:
    place.redis_url = site.REDIS_URL
    slow_poll = {**QUICK, "POLL_S": "600"}  # only a bell can be the reason that a run starts
    with worker(place, **slow_poll) as started:
        assert eventually(lambda: valkey.client_list(_type="normal")), place.said("worker")
        app.send_task("workers.tasks.never_heard_of", queue="runs")
        app.send_task("workers.tasks.execute_runs", kwargs={"no": "such argument"}, queue="runs")
        valkey.lpush("runs", b"this is no message")
        valkey.lpush("runs", b'{"body": "e30=", "content-type": "application/x-python-serialize"}')
        assert eventually(lambda: not valkey.llen("runs")), valkey.llen("runs")
        made = queued(suite)
        rung_at = time.monotonic()
        tasks.ring_runs()
        assert eventually(lambda: are_done(made), within_s=30), place.said("worker")[-3000:]
        recovery["seconds"] = round(time.monotonic() - rung_at, 1)
        assert not started.has_ended()


@pytest.fixture
def opponents() -> list[Contender]:
    made = [factories.baseline(name) for name in ("Heron", "Wren")]
    for each in made:
        factories.deployment(each)
    return made


def ask_for_everything(site_: Web, voter: str) -> dict[str, httpx.Response]:
    """Do all that touches Valkey, and return the answers."""
    [battle] = voting.prepare(1, voter=voter, a=factories.model(), b=factories.model())
    with httpx.Client(base_url=site_.url, headers=voting.token(voter), timeout=30) as client:
        started = client.post("/api/v1/battles", json={"prompt": "Hello?"})
        return {
            "page": client.get("/"),
            "battle": started,
            "vote": client.post(f"/api/v1/battles/{battle}/vote", json={"choice": "A"}),
            "sign-in": client.get("/accounts/login/"),
            "health": client.get("/healthz"),
        }


@pytest.mark.fault("F15", "Valkey half open: it takes connections and never answers")
def test_a_stalled_valkey_costs_no_request_more_than_two_seconds(
    place: Place, opponents: list[Contender], valkey: redis.Redis, recovery: dict[str, float]
) -> None:
    with before(redis_address()) as proxy:
        place.redis_url = f"redis://127.0.0.1:{proxy.port}"
        with web(place, workers=1, LIMITS="true") as started:
            ask_for_everything(started, "first")
            proxy.mode = "stall"
            answers = ask_for_everything(started, "second")
            proxy.mode = "pass"

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "page": 200, "battle": 201, "vote": 201, "sign-in": 200, "health": 200,
    }  # fmt: skip
    slowest = max(answer.elapsed.total_seconds() for answer in answers.values())
    assert slowest <= 2, {name: answer.elapsed for name, answer in answers.items()}
    recovery["seconds"] = round(slowest, 1)


@pytest.mark.long
@pytest.mark.fault("F16", "Valkey is full and takes nothing more")
def test_a_full_valkey_loses_no_work(
    place: Place,
    suite: Suite,
    opponents: list[Contender],
    valkey: redis.Redis,
    recovery: dict[str, float],
) -> None:
    place.redis_url = site.REDIS_URL
    with web(place, workers=1, LIMITS="true") as started, worker(place, **QUICK):
        valkey.set("ballast", b"x" * 100_000)
        valkey.config_set("maxmemory", 1)
        try:
            answers = ask_for_everything(started, "third")
            made = queued(suite)
            tasks.ring_runs()
            began = time.monotonic()
            assert eventually(lambda: are_done(made), within_s=60), told(made)
            recovery["seconds"] = round(time.monotonic() - began, 1)
        finally:
            valkey.config_set("maxmemory", 0)

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "page": 200, "battle": 201, "vote": 201, "sign-in": 200, "health": 200,
    }  # fmt: skip


def redis_address() -> str | int:
    """Return the port, or the path of the socket, that Valkey listens on."""
    if site.REDIS_URL.startswith("unix://"):
        return site.REDIS_URL.removeprefix("unix://")
    return int(site.REDIS_URL.rpartition(":")[2].split("/")[0])
