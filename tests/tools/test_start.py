"""`make run` begins with a look around, says in a sentence why not, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tools import private_site

ROOT = private_site.ROOT


@pytest.fixture
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a var/ directory whose path is short enough for sockets."""
    return tmp_path_factory.mktemp("v")


def start(var: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tools.start", "--no-zoo"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(var), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


class TestStart:
    def test_says_that_the_port_is_taken(self, var: Path, taken_port: int) -> None:
        with start(var, taken_port) as process:
            said, _ = process.communicate(timeout=60)

        assert process.returncode == 1
        assert f"Port {taken_port} is taken" in said
        assert "Traceback" not in said

    def test_says_that_it_runs_already(self, var: Path) -> None:
        port = private_site.free_ports(2)
        first = start(var, port)
        deadline = time.monotonic() + 60
        while not (var / "run" / "runner.lock").exists() and time.monotonic() < deadline:
            time.sleep(0.1)

        with start(var, port + 1) as second:
            said, _ = second.communicate(timeout=60)

        assert second.returncode == 1
        assert f"runs already (process {first.pid}" in said
        private_site.stop(first)
        first.communicate()

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("after_s", [0.5, 4.0])
    def test_leaves_nothing_running_whenever_it_is_stopped(
        self, var: Path, how: signal.Signals, after_s: float
    ) -> None:
        process = start(var, private_site.free_ports(1))
        time.sleep(after_s)
        below = psutil.Process(process.pid).children(recursive=True)

        process.send_signal(how)
        process.communicate(timeout=20)

        assert process.returncode is not None
        assert [each for each in below if each.is_running()] == []

    def test_leaves_nothing_running_when_it_is_killed(self, var: Path) -> None:
        process = start(var, private_site.free_ports(1))
        supervisor = var / "run" / "supervisord.pid"
        deadline = time.monotonic() + 90
        while not supervisor.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        below = psutil.Process(process.pid).children(recursive=True)

        process.kill()
        process.communicate()

        _, alive = psutil.wait_procs(below, timeout=30)
        assert alive == []
