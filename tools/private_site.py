"""A site of one's own: everything that `make run` starts, on free ports, with fresh files.

Tests, benchmarks and screenshots use it, so what they show is what a person would see.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import addresses

ROOT = Path(__file__).resolve().parent.parent
START_S = 120
STOP_S = 30
READY = "Loaded prompts"  # the last step before people can do everything
PORTS = 20  # the site's, the baseline's, then the engines'


class DidNotStart(Exception):
    """The site ended or stayed silent; the text is what it said."""


@dataclass(frozen=True)
class PrivateSite:
    """A running site that nobody else uses."""

    url: str
    var: Path
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def control(self) -> Path:
        """Return the socket of its supervisor."""
        return self.var / "run" / "supervisor.sock"

    def said(self) -> str:
        """Return what it has printed so far."""
        return self.output.read_text(errors="replace")


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row that nobody listens on."""
    for first in range(18000 + os.getpid() % 1000 * 10, 60000, count):
        if not addresses.is_anyone_at(range(first, first + count)):
            return first
    raise DidNotStart("No free ports.")


def _environment(var: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "VAR_DIR": str(var),
        "PORT": str(port),
        "ENGINE_PORT_FIRST": str(port + 2),
        "BASELINE_URL": f"http://127.0.0.1:{port + 1}/v1",
        "LIMITS": "false",  # tests and benchmarks ask faster than people
    }


@contextmanager
def running(*, zoo: bool, environment: dict[str, str] | None = None) -> Iterator[PrivateSite]:
    """Start a site, wait until it answers, stop it and remove its files."""
    var = Path(tempfile.mkdtemp(prefix="p4p-site-"))
    port = free_ports(PORTS)
    output = var / "output.txt"
    command = [sys.executable, "-m", "tools.start", *([] if zoo else ["--no-zoo"])]
    with output.open("wb") as printed:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**_environment(var, port), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    site = PrivateSite(f"http://127.0.0.1:{port}", var, process, output)
    try:
        _wait(site)
        yield site
    finally:
        stop(process)
        shutil.rmtree(var, ignore_errors=True)


def _wait(site: PrivateSite) -> None:
    deadline = time.monotonic() + START_S
    while not (READY in site.said() and addresses.answers(f"{site.url}/")):
        if site.process.poll() is not None or time.monotonic() > deadline:
            raise DidNotStart(site.said())
        time.sleep(0.3)


def stop(process: subprocess.Popen[Any]) -> None:
    """End it as Ctrl-C would."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
