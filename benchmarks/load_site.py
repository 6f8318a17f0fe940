"""A site for load: web processes over a fresh database with contenders and answered battles.

No engine and no worker runs, so what is measured is the web and the database. With DATABASE_URL
set (as `python -m tools.services` does) it is PostgreSQL, otherwise SQLite in a fresh directory.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import psutil

from tools import addresses, private_site

CONTENDERS = 40
START_S = 60


@dataclass
class LoadSite:
    """The running site, and the way to its rows."""

    url: str
    process: subprocess.Popen[bytes]
    rows: Any  # the module benchmarks.load_rows

    def footprint(self) -> dict[str, Any]:
        """Return memory, descriptors and threads of the web processes."""
        top = psutil.Process(self.process.pid)
        members = [top, *top.children(recursive=True)]
        return {
            "rss_mb": round(sum(each.memory_info().rss for each in members) / 2**20, 1),
            "descriptors": sum(each.num_fds() for each in members),
            "threads": sum(each.num_threads() for each in members),
            "load_average": os.getloadavg()[0],
        }


@contextmanager
def running() -> Iterator[LoadSite]:
    """Start a site with fresh files, and stop it."""
    var = Path(tempfile.mkdtemp(prefix="p4p-load-"))
    os.environ["VAR_DIR"] = str(var)
    os.environ.setdefault("REDIS_URL", "unix:///nowhere/valkey.sock")
    os.environ["DJANGO_SETTINGS_MODULE"] = "leaderboard.settings"
    for command in (["migrate", "--no-input"], ["collectstatic", "--no-input"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, capture_output=True)
    django.setup()
    rows = importlib.import_module("benchmarks.load_rows")  # needs Django to be set up
    rows.contenders(CONTENDERS)
    port = private_site.free_ports(1)
    command = [
        sys.executable, "-m", "uvicorn", "leaderboard.asgi:application", "--workers", "2",
        "--port", str(port), "--lifespan", "off", "--no-proxy-headers", "--no-access-log",
        "--log-level", "warning",
    ]  # fmt: skip
    with (var / "web.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + START_S
        while not addresses.answers(f"http://127.0.0.1:{port}/healthz"):
            if time.monotonic() > deadline:
                raise RuntimeError((var / "web.log").read_text())
            time.sleep(0.2)
        yield LoadSite(f"http://127.0.0.1:{port}", process, rows)
    finally:
        private_site.stop(process)
        shutil.rmtree(var, ignore_errors=True)
