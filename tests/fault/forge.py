"""Workers from a forge: a process that has imported everything and opened nothing is forked.

A worker is there within a tenth of a second instead of three, so a fault can be caused twenty
times over. The forge's own side is the end of `tests.fault.worker`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import psutil
from django.conf import settings


class Forked:
    """A worker that the forge made; the forge buries it, so that its death is seen at once."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def has_ended(self) -> bool:
        """Say whether it is gone."""
        return not psutil.pid_exists(self.pid)

    def send_signal(self, number: int) -> None:
        """Send a signal to it and to the group that it leads."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, timeout: float) -> None:
        """Wait until it is gone."""
        deadline = time.monotonic() + timeout
        while not self.has_ended():
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("worker", timeout)
            time.sleep(0.02)


class Forge:
    """The process, as a test sees it."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.fault.worker"],
            cwd=settings.BASE_DIR,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    @contextmanager
    def worker(self, queues: str, log: Path, variables: dict[str, str]) -> Iterator[Forked]:
        """Fork a worker, and kill what is left of it when the block ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"queues": queues, "log": str(log), "variables": variables}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        forked = Forked(json.loads(self._process.stdout.readline())["pid"])
        try:
            yield forked
        finally:
            forked.send_signal(signal.SIGKILL)
            forked.wait(10)
