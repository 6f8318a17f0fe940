"""A whole site for the load: everything that `make run` starts, with rows and a stub that talks.

With DATABASE_URL and REDIS_URL set (as `python -m tools.services` does) it is PostgreSQL and
Redis, otherwise SQLite and Valkey. The stub streams for battles at a fixed rate; a real run is
answered by vLLM.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xmlrpc.client import ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from tools import addresses, private_site
from tools.private_site import ROOT, PrivateSite

RATE, TOKENS = 20, 200  # of the stub: tokens a second of each side, and of one answer
MANY = "1000000"
ENVIRONMENT = {
    "LIMITS": "true",  # the limiter looks at every request; one network stands for many people
    "CHATS_PER_MINUTE": MANY,
    "VOTES_PER_MINUTE": MANY,
    "MAX_OPEN_BATTLES": MANY,
    "VOTES_COUNTED_PER_DAY": "0",
    "PREPARED_BATTLES_TARGET": "0",  # nothing but what is measured asks the stub
    "BASELINE_URL": "https://baseline.invalid/v1",
    "DEFAULT_SUITE": "load",
    "TICK_S": "0.1",
}
OURS = ("web", "runs", "answers")  # what idle costs: the site without engine and broker


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    votes: int = 1_000_000  # stored beforehand
    runs: int = 10_000
    idle_s: float = 60
    votes_s: float = 300
    burst_s: float = 30
    board_s: float = 30
    visits: int = 40  # of each list
    streams_s: float = 600
    mixed_s: float = 300
    overload_s: float = 20


WHOLE = Size()
QUICK = Size(
    votes=20_000, runs=1_000, idle_s=10, votes_s=10, burst_s=5, board_s=5, visits=6,
    streams_s=15, mixed_s=40, overload_s=5,
)  # fmt: skip


@dataclass(frozen=True)
class LoadSite:
    """The running site, the way to its rows, and its processes by name."""

    private: PrivateSite
    stub: str

    @property
    def port(self) -> int:
        """Return where the site answers."""
        return urlsplit(self.private.url).port or 80

    def rows(self, call: str) -> Any:
        """Run one call of load_rows inside the site's settings; return the JSON it printed."""
        program = f"from benchmarks import load_rows; load_rows.{call}"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", program],
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT, "VAR_DIR": str(self.private.var)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{call}:\n{done.stderr[-3000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return the living processes of each program: itself and all that it started."""
        found = {}
        for told in self._supervisor().getAllProcessInfo():
            if not told["pid"]:
                continue
            with suppress(psutil.NoSuchProcess):  # it ended at this moment
                top = psutil.Process(told["pid"])
                found[str(told["name"])] = [top, *top.children(recursive=True)]
        return found

    def cpu_s(self, *names: str) -> float:
        """Return the seconds of processor that these programs have used so far."""
        found = self.processes()
        return sum(sum(each.cpu_times()[:2]) for name in names for each in found.get(name, []))

    def stop(self, *names: str) -> None:
        """Stop programs."""
        for told in self._supervisor().getAllProcessInfo():
            if told["name"] in names and told["statename"] == "RUNNING":
                self._supervisor().stopProcess(f"{told['group']}:{told['name']}")

    def start(self, *names: str) -> None:
        """Start programs that were stopped."""
        for told in self._supervisor().getAllProcessInfo():
            if told["name"] in names and told["statename"] != "RUNNING":
                self._supervisor().startProcess(f"{told['group']}:{told['name']}")

    def _supervisor(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.private.control}")
        return ServerProxy("http://127.0.0.1", transport).supervisor


@contextmanager
def running(size: Size) -> Iterator[LoadSite]:
    """Start a site, fill its board, its queue and its arena, and stop it."""
    with (
        private_site.running(zoo=False, environment=ENVIRONMENT) as private,
        _stub() as stub,
    ):
        site = LoadSite(private, stub)
        site.stop("runs", "answers")  # so many votes are entered at once, not by a worker
        site.rows(f"fill(votes={size.votes}, runs={size.runs}, stub={stub!r})")
        site.start("runs", "answers")
        yield site


@contextmanager
def _stub() -> Iterator[str]:
    port = private_site.free_ports(1)
    command = [sys.executable, "-m", "benchmarks.stub_engine", str(port), str(RATE), str(TOKENS)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        while not addresses.is_anyone_at(range(port, port + 1)):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        private_site.stop(process)
