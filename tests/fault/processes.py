"""Real processes over the test's own database: web servers and workers, to be killed and stopped.

A worker measures with a light harness (`tests.fault.worker`), which writes down what it was asked.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
from django.conf import settings as site
from django.db import connection

from tests.fault.forge import Forge, Forked
from tools import private_site

NOWHERE = "unix:///nowhere/valkey.sock"


def database_url() -> str:
    """Return the address of the test's own database."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = f"{quote(told['USER'])}:{quote(told['PASSWORD'])}"
    host = quote(told["HOST"], safe="")
    return f"postgres://{login}@{host}:{told['PORT'] or 5432}/{told['NAME']}"


@dataclass
class Place:
    """Where the processes of one test keep their files, and whom they ask."""

    folder: Path
    redis_url: str = NOWHERE
    environment: dict[str, str] = field(default_factory=dict)
    forge: Forge | None = None

    def variables(self, **more: str) -> dict[str, str]:
        """Return the environment of a process; one whose byte code is kept starts much sooner."""
        inherited = {**os.environ}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        return {
            **inherited,
            "VAR_DIR": str(self.folder),
            "SECRET_KEY": site.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.redis_url,
            **self.environment,
            **more,
        }

    def worker_command(self, queues: str, name: str) -> list[str]:
        """Return how a worker with the light harness is started without the forge."""
        return [sys.executable, "-W", "ignore", "-m", "tests.fault.worker", queues, name]

    def said(self, name: str) -> str:
        """Return the log of a process."""
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextmanager
def process(
    place: Place, name: str, command: list[str], **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, and kill what is left of it."""
    with (place.folder / f"{name}.log").open("ab") as log:
        started = subprocess.Popen(
            command,
            cwd=site.BASE_DIR,
            env=place.variables(**variables),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextmanager
def worker(
    place: Place, *, name: str = "worker", queue: str = "runs", **variables: str
) -> Iterator[Forked]:
    """Fork a worker with the light harness."""
    assert place.forge is not None
    given = place.variables(**variables)
    with place.forge.worker(queue, place.folder / f"{name}.log", given) as forked:
        yield forked


def _command(found: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):  # a zombie's is gone, too
        return " ".join(found.cmdline())
    return ""


@dataclass
class Web:
    """A running site of two web processes."""

    url: str
    process: subprocess.Popen[bytes]

    def children(self) -> list[psutil.Process]:
        """Return the processes that answer requests."""
        found = psutil.Process(self.process.pid).children()
        return [each for each in found if "spawn_main" in _command(each)]

    def servers(self) -> list[psutil.Process]:
        """Return the processes that answer requests, also where one does without a parent."""
        return self.children() or [psutil.Process(self.process.pid)]

    def is_up(self) -> bool:
        """Say whether it answers."""
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code < 600
        except httpx.HTTPError:
            return False


@cache
def collected() -> Path:
    """Collect the static files, once for all processes of the test run."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    root = Path(site.STATIC_ROOT)  # in the run's own folder, wherever a test has moved VAR_DIR
    variables = {**os.environ, "VAR_DIR": str(root.parent)}
    subprocess.run(command, cwd=site.BASE_DIR, env=variables, check=True)
    return root


@contextmanager
def web(
    place: Place,
    *,
    workers: int = 2,
    host: str = "127.0.0.1",
    port: int = 0,
    prefix: Sequence[str] = (),
    **variables: str,
) -> Iterator[Web]:
    """Start the site's web processes and wait until they answer."""
    port = port or private_site.free_ports(1)
    command = [
        *prefix, sys.executable, "-W", "ignore", "-m", "uvicorn", "leaderboard.asgi:application",
        "--workers", str(workers), "--host", host, "--port", str(port), "--lifespan", "off",
        "--no-proxy-headers", "--no-access-log", "--timeout-graceful-shutdown", "5",
    ]  # fmt: skip
    if not (static := place.folder / "static").exists():
        static.symlink_to(collected())
    variables = {"ALLOWED_HOSTS": host, **variables}
    with process(place, "web", command, **variables) as started:
        site_ = Web(f"http://{host}:{port}", started)
        assert eventually(site_.is_up, within_s=30), place.said("web")
        yield site_


def eventually(holds: Callable[[], object], *, within_s: float = 40) -> bool:
    """Say whether something becomes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False
