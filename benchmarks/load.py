"""Load: every line of the load table against its target: `python -m benchmarks.load`.

A whole private site with a million votes is asked by an open loop: arrivals do not wait for
answers, so a slow server meets a queue, as it would outside. First SQLite and Valkey, then
PostgreSQL and Redis. `--quick` does less of everything on SQLite. `--soak MINUTES` keeps a mixed
load up and looks at memory, descriptors and threads of every process. Results are kept in
benchmarks/results/load.json and soak.json.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import kept, load_lines, load_soak, load_votes, report
from benchmarks.load_site import QUICK, WHOLE, LoadSite, Size, running
from benchmarks.report import Figure

LINES = ("idle", "votes", "overload", "board", "lists", "streams", "mixed", "export", "ratings")


def measured(site: LoadSite, size: Size, wanted: list[str]) -> Iterator[Figure]:
    """Yield the figures of these lines, and say which one is being measured."""
    rate = 0.0
    plain: dict[str, Callable[[LoadSite, Size], list[Figure]]] = {
        name: getattr(load_lines, name) for name in LINES if hasattr(load_lines, name)
    }
    for name in wanted:
        print(f"{time.strftime('%H:%M:%S')} {name} …", file=sys.stderr, flush=True)
        if name == "votes":
            yield from load_votes.sustained(site, size)
            figures, rate = load_votes.burst(site, size)
            yield from figures
        elif name == "overload":
            yield from load_votes.overload(site, size, rate)
        else:
            yield from plain[name](site, size)


def on_this_database(size: Size, wanted: list[str], *, is_kept: bool) -> int:
    """Measure on the database that the environment names; print and keep."""
    with running(size) as site:
        figures = list(measured(site, size, wanted))
    if is_kept:
        print(f"Kept in {kept.write(f'load_{database()}', figures)}")
    return report.close(f"load on {database()}", figures)


def database() -> str:
    """Return which database the environment names."""
    return "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"


def on_both(arguments: list[str]) -> int:
    """Measure on SQLite, then on a PostgreSQL and a Redis of its own."""
    command = [sys.executable, "-m", "benchmarks.load", "--here", *arguments]
    first = subprocess.run(command, check=False).returncode
    services = [sys.executable, "-m", "tools.services", *command]
    return first or subprocess.run(services, check=False).returncode


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, nothing kept")
    parser.add_argument("--here", action="store_true", help="only on the database of DATABASE_URL")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="a mixed load for so long")
    parser.add_argument("--only", nargs="+", choices=LINES, help="these lines alone, nothing kept")
    chosen = parser.parse_args()
    if chosen.soak:
        return load_soak.soak(chosen.soak, database=database())
    if not (chosen.here or chosen.quick):
        return on_both(sys.argv[1:])
    size = QUICK if chosen.quick else WHOLE
    is_kept = not chosen.quick and not chosen.only
    return on_this_database(size, chosen.only or list(LINES), is_kept=is_kept)


if __name__ == "__main__":
    sys.exit(main())
