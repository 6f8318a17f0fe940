"""What a killed worker costs: time, never work, and never a second score."""

import signal
import time
from contextlib import suppress
from typing import Any

import httpx
import psutil
import pytest

from tests.journeys.conftest import Stack
from tools.private_site import PrivateSite

pytestmark = pytest.mark.journey
BACK_S = 90


def worker(site: PrivateSite, queue: str) -> psutil.Process | None:
    """Return the process of one Celery worker of this site."""
    for process in psutil.Process(site.process.pid).children(recursive=True):
        with suppress(psutil.Error):  # it may be ending just now
            if f"{queue}@" in " ".join(process.cmdline()) and process.ppid() != 1:
                return process
    return None  # supervisor has not started the next one yet


def submit(api: httpx.Client, locator: str, parent: str) -> dict[str, Any]:
    answer = api.post(
        "/submissions",
        json={"kind": "ADAPTER", "source": "DIRECTORY", "locator": locator, "parent_slug": parent},
    )
    assert answer.status_code == 201, answer.text
    submission: dict[str, Any] = answer.json()
    return submission


def read(api: httpx.Client, submission: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = api.get(f"/submissions/{submission['id']}").raise_for_status().json()
    return now


def wait_until(condition: Any, *, timeout_s: float) -> float:
    """Return the seconds until the condition held."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_s, "it never happened"
        time.sleep(0.1)
    return time.monotonic() - started


def done(submission: dict[str, Any]) -> list[str]:
    return [each["key"] for each in submission["benchmarks"] if each["state"] == "DONE"]


class TestKilledWorker:
    def test_finishes_its_run_soon_after_it_is_back(
        self, site: PrivateSite, api: httpx.Client, stack: Stack
    ) -> None:
        submission = submit(api, "adapters/almanac", stack.base)
        wait_until(lambda: done(read(api, submission)), timeout_s=120)
        killed = worker(site, "runs")
        assert killed is not None
        halfway = read(api, submission)

        killed.send_signal(signal.SIGKILL)
        wait_until(lambda: worker(site, "runs") not in (None, killed), timeout_s=20)
        seconds = wait_until(
            lambda: read(api, submission)["state"] == "SUCCEEDED", timeout_s=BACK_S
        )

        after = read(api, submission)
        assert seconds < BACK_S
        assert len(done(after)) == len(after["benchmarks"])
        assert len({each["key"] for each in after["benchmarks"]}) == len(after["benchmarks"])
        for key in done(halfway):
            assert score(after, key) == score(halfway, key)  # a checkpoint is never asked again


def score(submission: dict[str, Any], key: str) -> Any:
    return next(each for each in submission["benchmarks"] if each["key"] == key)["value"]
