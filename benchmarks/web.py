"""How quickly the pages come: board, filtered board, contender, chart, export; small and large.

A private uvicorn with two workers on a database of its own, filled with drawn values, real HTTP
from outside. `--quick` leaves the large board out. The whole result is the last line, and goes to
benchmarks/results/web.json unless --quick is given.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks import report
from benchmarks.report import Figure
from benchmarks.web_load import Visit, visit
from tools import private_site

ROOT = Path(__file__).resolve().parent.parent
WORKERS, READERS = 2, 8
START_S = 180
SETTLES, SETTLE_S = 4, 5.0
P95_MS = 150.0
CACHED_PER_S = 300.0
RSS_GROWTH_MB = 200.0


class Site:
    """The site on its own database."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def memory(self) -> float:
        """Return the megabytes that the server and its workers hold."""
        parent = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in (parent, *parent.children(True))) / 1e6


@contextmanager
def site(contenders: int, benchmarks: int, votes: int) -> Iterator[tuple[Site, dict[str, int]]]:
    """Fill a database, count the queries of its pages, and serve it."""
    var = Path(tempfile.mkdtemp(prefix="p4p-web-"))
    environment = {**os.environ, "VAR_DIR": str(var), "SUBMIT_POLICY": "staff"}
    port = private_site.free_ports(1)
    serve = ["-m", "uvicorn", "leaderboard.asgi:application", "--workers", str(WORKERS)]
    try:
        _run(environment, "manage.py", "migrate", "-v0")
        _run(environment, "manage.py", "collectstatic", "--noinput", "-v0")
        size = f"contenders={contenders}, benchmarks={benchmarks}, votes={votes}"
        _shell(environment, f"from benchmarks import web_rows; web_rows.fill({size})")
        counted = _shell(
            {**environment, "BOARD_CHECK_S": "0"},
            "from benchmarks import web_queries; web_queries.count()",
        )
        process = subprocess.Popen(
            [sys.executable, *serve, "--port", str(port), "--log-level", "warning"],
            cwd=ROOT,
            env=environment,
        )
        try:
            started = Site(process, port)
            _warm(started)
            yield started, json.loads(counted)
        finally:
            private_site.stop(process)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _shell(environment: dict[str, str], program: str) -> str:
    return _run(environment, "manage.py", "shell", "-v0", "-c", program)


def _run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _warm(started: Site) -> None:
    """Wait until every worker has read the board once."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            for _ in range(SETTLES):  # each worker sees that no broker runs here, and says so
                visit(started.port, ["/"] * 4 * WORKERS, readers=4 * WORKERS)
                time.sleep(SETTLE_S)
            return
        except OSError:
            if time.monotonic() > deadline or started.process.poll() is not None:
                raise
            time.sleep(0.5)


def paths(contenders: int, count: int) -> dict[str, list[str]]:
    """Return the addresses of every kind, no two filtered boards alike."""
    slugs = [f"contender-{at * 7 % contenders:05}" for at in range(count)]
    return {
        "filtered board": [f"/?q=@base:{slug[:13]}&fits=24&sort=-average,cost" for slug in slugs],
        "sorted board, any page": [
            f"/?sort=-score.benchmark-{at % 12}&page={at % 50 + 1}" for at in range(count)
        ],
        "contender": [f"/contenders/{slug}/" for slug in slugs],
        "chart": [f"/charts/?fits={at % 40 + 8}" for at in range(count)],
        "API, any piece": [f"/api/v1/board?offset={at * 7 % contenders}" for at in range(count)],
    }


def measure(name: str, started: Site, contenders: int, count: int) -> list[Figure]:
    """Visit every kind of page and return the figures."""
    cached = visit(started.port, ["/"] * 20 * count, readers=READERS)
    same = visit(started.port, ["/"] * 10 * count, readers=READERS, etag=cached.etag)
    figures = [
        *_figures(f"{name}: board", cached, per_second=CACHED_PER_S),
        *_figures(f"{name}: board, unchanged (304)", same, per_second=CACHED_PER_S),
    ]
    if set(same.statuses) != {304}:
        raise RuntimeError(f"An unchanged board was sent again: {same.statuses}")
    for kind, addresses in paths(contenders, count).items():
        seen = visit(started.port, addresses, readers=READERS)
        if set(seen.statuses) != {200}:
            raise RuntimeError(f"{kind}: {seen.statuses}")
        figures += _figures(f"{name}: {kind}", seen)
    return [*figures, *_exports(name, started)]


def _figures(name: str, seen: Visit, *, per_second: float | None = None) -> list[Figure]:
    count = len(seen.seconds)
    return [
        Figure(f"{name}, answers", seen.per_second, "/s", at_least=per_second, samples=count),
        Figure(f"{name}, p50", seen.percentile(50), "ms", samples=count),
        Figure(f"{name}, p95", seen.percentile(95), "ms", at_most=P95_MS, samples=count),
    ]


def _exports(name: str, started: Site) -> list[Figure]:
    """Download the whole board as each kind of file, one after the other."""
    figures: list[Figure] = []
    for kind in ("csv", "json", "parquet"):
        before = started.memory()
        seen = visit(started.port, [f"/board.{kind}"] * 3, readers=1)
        figures += [
            Figure(f"{name}: {kind}, first byte", 1000 * max(seen.first_bytes), "ms", samples=3),
            Figure(f"{name}: {kind}, whole file", max(seen.seconds), "s", samples=3),
            Figure(f"{name}: {kind}, length", seen.length / 1e6, "MB", samples=3),
            Figure(
                f"{name}: {kind}, memory added",
                started.memory() - before,
                "MB",
                at_most=RSS_GROWTH_MB,
            ),
        ]
    return figures


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small board only, few visits")
    parser.add_argument("--votes", type=int, default=1_000_000, help="on the large board")
    chosen = parser.parse_args()
    sizes = {"300 x 12": (300, 12, 20_000), "10,000 x 40": (10_000, 40, chosen.votes)}
    figures: list[Figure] = []
    queries: list[dict[str, int]] = []
    for name, size in list(sizes.items())[: 1 if chosen.quick else 2]:
        with site(*size) as (started, counted):
            figures += measure(name, started, size[0], 20 if chosen.quick else 100)
            figures.append(Figure(f"{name}: memory of {WORKERS} workers", started.memory(), "MB"))
            figures.append(Figure(f"{name}: votes stored", size[2], ""))
            queries.append(counted)
    for page, count in queries[0].items():
        more = max(each[page] for each in queries) - count
        figures.append(Figure(f"{page}: queries, unkept board", count, ""))
        figures.append(Figure(f"{page}: more queries on the large board", more, "", at_most=0))
    kept = None if chosen.quick else ROOT / "benchmarks" / "results" / "web.json"
    return report.close("web", figures, kept=kept)


if __name__ == "__main__":
    sys.exit(main())
