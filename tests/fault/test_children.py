"""The child that measures: out of memory, deaf to everything, or killed; its group ends with it."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from evals.models import EvalRun, Suite
from tests.fault.processes import Place, eventually, worker
from tests.fault.queueing import QUICK, are_done, asked, queued, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

LIGHT = {**QUICK, "HARNESS": "child"}
GROUPS = Path("/sys/fs/cgroup/memory")
LIMIT_BYTES = 300 * 2**20


@pytest.fixture
def suite(generative_suite: Suite) -> Suite:
    return generative_suite


@pytest.fixture
def memory_group() -> Iterator[Path]:
    """Return a group of processes that may have 300 MB together."""
    group = GROUPS / f"p4p-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
        with suppress(OSError):  # without swap accounting there is no such file
            (group / "memory.memsw.limit_in_bytes").write_text(str(LIMIT_BYTES))
    except OSError as error:
        pytest.skip(f"no memory group can be made here: {error.strerror}")
    yield group
    eventually(lambda: not (group / "cgroup.procs").read_text(), within_s=5)
    group.rmdir()


def has_failed(run: EvalRun, code: str) -> bool:
    return EvalRun.objects.filter(pk=run.pk, state="FAILED", error_code=code).exists()


def fails_and_the_next_succeeds(place: Place, suite: Suite, code: str, **child: str) -> float:
    """Have one run fail with a code and another succeed; return how long the failure took."""
    [run] = queued(suite)
    began = time.monotonic()
    with worker(place, **LIGHT, **child):
        assert eventually(partial(has_failed, run, code), within_s=60), told([run])
    failed_in = time.monotonic() - began
    made = queued(suite)
    with worker(place, **LIGHT):
        assert eventually(partial(are_done, made)), told(made)
    return failed_in


@pytest.mark.fault("F21", "the measuring child is killed for memory, whoever kills it")
def test_a_child_that_is_killed_ends_its_run_after_two_tries(
    place: Place, suite: Suite, rounds: int, recovery: dict[str, float]
) -> None:
    times = [
        fails_and_the_next_succeeds(place, suite, "OUT_OF_MEMORY", CHILD="killed")
        for _ in range(rounds)
    ]

    failed = EvalRun.objects.filter(state="FAILED")
    assert set(failed.values_list("attempt", flat=True)) == {2}
    assert max(asked(place.folder).values()) == 2
    recovery |= {"seconds": round(max(times), 1), "rounds": rounds}


@pytest.mark.fault("F21", "the measuring child outgrows a memory group of 300 MB")
def test_a_child_that_outgrows_its_memory_is_told_apart(
    place: Place, suite: Suite, memory_group: Path, recovery: dict[str, float]
) -> None:
    took = fails_and_the_next_succeeds(
        place, suite, "OUT_OF_MEMORY", CHILD="greedy", MEMORY_GROUP=str(memory_group)
    )

    recovery["seconds"] = round(took, 1)


@pytest.mark.fault("F24", "the measuring child hangs and ignores SIGTERM")
def test_a_deaf_child_ends_at_its_limit_with_its_whole_group(
    place: Place, suite: Suite, rounds: int, recovery: dict[str, float]
) -> None:
    times = [
        fails_and_the_next_succeeds(
            place, suite, "TIME_LIMIT", CHILD="deaf", BENCHMARK_TIMEOUT_S="1"
        )
        for _ in range(rounds)
    ]

    left = [int(pid) for pid in (place.folder / "pids").read_text().split()]
    assert len(left) == 2 * rounds
    assert [pid for pid in left if is_alive(pid)] == []
    recovery |= {"seconds": round(max(times), 1), "rounds": rounds}


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
