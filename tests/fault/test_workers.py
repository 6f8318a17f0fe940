"""Workers killed, paused, cancelled and asked to end: every run ends once, measured once."""

import signal
import time
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from evals import runs
from evals.models import Checkpoint, EvalRun, Score, Suite
from tests.fault.processes import Place, eventually, worker
from tests.fault.queueing import QUICK, SHORT_LEASE, are_done, asked, queued, told

pytestmark = pytest.mark.django_db(transaction=True)

FAILPOINTS = {
    "run-found": "before it claims",
    "run-claimed": "when it has claimed",
    "engine-ready": "when the engine is ready",
    "benchmark-asked": "amid a benchmark",
    "benchmark-measured": "when a benchmark is measured and not saved",
    "benchmark-recorded": "when a benchmark is saved",
    "run-measured": "when all is saved and the run is not ended",
    "run-settled": "when the run is ended and not acknowledged",
}
IN_MAKE_TEST = "benchmark-recorded"


def killed_there(name: str) -> Any:
    """Return the parameter of one failpoint, with its line of the report."""
    marks = [pytest.mark.fault("F20", f"worker killed {FAILPOINTS[name]}")]
    return pytest.param(name, marks=marks + [pytest.mark.long] * (name != IN_MAKE_TEST))


@pytest.fixture
def suite(generative_suite: Suite) -> Suite:
    return generative_suite


@pytest.mark.parametrize("name", [killed_there(name) for name in FAILPOINTS])
def test_a_run_survives_a_worker_killed_anywhere(
    place: Place, suite: Suite, name: str, rounds: int, recovery: dict[str, float]
) -> None:
    slowest = 0.0
    for _ in range(rounds):
        made = queued(suite)
        with worker(place, **QUICK, FAILPOINTS=f"{name}=kill") as first:
            assert eventually(first.has_ended), (told(made), asked(place.folder))
        died_at = time.monotonic()
        made += queued(suite)
        with worker(place, **QUICK):
            assert eventually(partial(are_done, made), within_s=90), told(made)
        slowest = max(slowest, time.monotonic() - died_at)
        made[0].refresh_from_db()
        assert Score.objects.filter(run=made[0]).count() == 2
        assert made[0].attempt <= 3
        assert [n for line, n in asked(place.folder).items() if n > 2] == []
    if name in ("benchmark-recorded", "run-settled"):
        assert set(asked(place.folder).values()) == {1}  # what is finished is not asked again
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.long
@pytest.mark.fault("F23", "worker paused past its lease, then woken")
def test_a_worker_that_slept_past_its_lease_changes_nothing(place: Place, suite: Suite) -> None:
    made = queued(suite)
    with worker(place, name="zombie", **SHORT_LEASE, BENCHMARK_S="3") as zombie:
        assert eventually(lambda: asked(place.folder)), place.said("zombie")
        zombie.send_signal(signal.SIGSTOP)
        with worker(place, name="other", **SHORT_LEASE):
            assert eventually(lambda: are_done(made), within_s=60), told(made)
        ended = EvalRun.objects.values().get(pk=made[0].pk)
        zombie.send_signal(signal.SIGCONT)
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
