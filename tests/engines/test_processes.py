"""Ending processes with their families, and burying what a crash left."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from workers.engines import processes

# A leader that starts a child which ignores SIGTERM, tells its pid, and sleeps.
STUBBORN = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(600)"], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


def stubborn_family() -> tuple[subprocess.Popen[str], psutil.Process]:
    leader = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert leader.stdout is not None
    with leader.stdout:
        return leader, psutil.Process(int(leader.stdout.readline()))


class TestEndGroup:
    def test_ends_a_child_that_does_not_listen(self) -> None:
        leader, child = stubborn_family()

        processes.end_group(psutil.Process(leader.pid), grace_s=0.3)

        leader.wait(timeout=1)
        assert not processes.is_alive(child)


class TestReap:
    def test_kills_what_an_earlier_start_left(self, tmp_path: Path) -> None:
        leader, child = stubborn_family()
        processes.register(tmp_path / "pids", psutil.Process(leader.pid))

        assert processes.reap(tmp_path / "pids") == 1

        leader.wait(timeout=1)
        assert not processes.is_alive(child)
        assert not (tmp_path / "pids").exists()

    def test_kills_a_child_that_outlived_its_leader(self, tmp_path: Path) -> None:
        leader, child = stubborn_family()
        processes.register(tmp_path / "pids", psutil.Process(leader.pid))
        leader.kill()
        leader.wait(timeout=1)

        assert processes.reap(tmp_path / "pids") == 1

        assert not processes.is_alive(child)

    def test_spares_a_stranger_with_the_same_pid(self, tmp_path: Path) -> None:
        leader, child = stubborn_family()
        stale = leader.pid, time.time() - 10_000
        (tmp_path / "pids").write_text(f"[{stale[0]}, {stale[1]}]\nhalf a li")

        assert processes.reap(tmp_path / "pids") == 0

        assert processes.is_alive(child)
        processes.end_group(psutil.Process(leader.pid), grace_s=0)
        leader.wait(timeout=1)


class TestTail:
    def test_returns_the_last_lines_that_say_something(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("first\n\nsecond\n \nthird\n")

        assert processes.tail(log, lines=2) == ["second", "third"]
        assert processes.tail(tmp_path / "none") == []


# A leader whose child has a session of its own, as an engine's may be; tells its pid, and sleeps.
PARTED = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
    start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


class TestBury:
    def test_ends_what_left_the_group_of_a_dead_process_and_spares_the_living(
        self, tmp_path: Path
    ) -> None:
        registry = tmp_path / "pids"
        environment = {**os.environ, **processes.mark(registry)}
        leaders = [
            subprocess.Popen(
                [sys.executable, "-c", PARTED], stdout=subprocess.PIPE, text=True, env=environment
            )
            for _ in range(2)
        ]
        children = [psutil.Process(int(told(leader))) for leader in leaders]
        for leader in leaders:
            processes.register(registry, psutil.Process(leader.pid))
        leaders[0].kill()
        leaders[0].wait()

        assert processes.bury(registry) == 1

        assert [processes.is_alive(child) for child in children] == [False, True]
        processes.reap(registry)
        leaders[1].wait()
        assert not processes.is_alive(children[1])


def told(leader: subprocess.Popen[str]) -> str:
    assert leader.stdout is not None
    with leader.stdout:
        return leader.stdout.readline()
