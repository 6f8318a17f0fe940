"""The soak: a mixed load for a long time, and what every process holds meanwhile.

Flat means that memory grows by at most five hundredths from the second quarter to the last, and
that descriptors and threads do not grow. The first quarter is warming up.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import kept, load_client, load_lines, load_watch, report
from benchmarks.load_client import Tally, at, request
from benchmarks.load_site import LoadSite, Size, running
from benchmarks.load_votes import CLIENTS, Ballots
from benchmarks.load_watch import Look, Watch
from benchmarks.report import Figure

RESULT = Path(__file__).parent / "results" / "soak.json"
SIZE = Size(votes=100_000, runs=1_000)
PLACES, VOTES, PAGES = 20, 20, 10  # battles at once; votes and pages a second
SPARE = 4  # descriptors or threads that a kept connection more or less makes


def soak(minutes: float, *, database: str) -> int:
    """Keep the load up, look, print and keep."""
    with running(SIZE) as site:
        watch = Watch(site.processes)
        with watch.going_on():
            figures = _loaded(site, 60 * minutes)
    figures += [figure for name in watch.looks for figure in _flat(name, watch.looks[name])]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(_told(minutes, database, figures, watch), indent=1) + "\n")
    return report.close(f"soak of {minutes:g} minutes on {database}", figures)


def _loaded(site: LoadSite, seconds: float) -> list[Figure]:
    """Hold battles, vote and read for so long."""
    ballots = Ballots(site, round(VOTES * seconds))
    paths = [request("GET", path) for path in load_lines.LISTS]
    with ThreadPoolExecutor(3) as pool:
        talks = pool.submit(load_lines.battles, site, PLACES, seconds)
        votes = pool.submit(
            load_client.open_loop, site.port, ballots.vote, a_second=VOTES, seconds=seconds,
            lines=CLIENTS, hears=ballots.hear,
        )  # fmt: skip
        pages = pool.submit(
            load_client.open_loop, site.port, lambda number: paths[number % len(paths)],
            a_second=PAGES, seconds=seconds, lines=CLIENTS,
        )  # fmt: skip
        heard, voted, read = talks.result(), votes.result(), pages.result()
    dropped = sum(not each.is_whole for each in heard)
    return [
        *_answered("page", read),
        *_answered("vote", voted),
        Figure("soak: battles dropped", dropped, "", at_most=0, samples=len(heard)),
        *ballots.figures("soak"),
    ]


def _answered(name: str, told: Tally) -> list[Figure]:
    return [
        Figure(f"soak: {name}, p95", at(told.good, 0.95), "ms", samples=len(told.good)),
        Figure(f"soak: {name}s that failed", told.errors, "", at_most=0),
    ]


def _flat(name: str, looks: list[Look]) -> list[Figure]:
    """Return how much one program grew."""
    grown = 100 * (load_watch.growth(looks, "rss_mb") - 1)
    return [
        Figure(f"{name}: memory at the end", looks[-1].rss_mb, "MB", samples=len(looks)),
        Figure(f"{name}: memory grown", grown, "%", at_most=5),
        Figure(f"{name}: descriptors added", load_watch.added(looks, "descriptors"), "",
               at_most=SPARE),
        Figure(f"{name}: threads added", load_watch.added(looks, "threads"), "", at_most=SPARE),
    ]  # fmt: skip


def _told(minutes: float, database: str, figures: list[Figure], watch: Watch) -> dict[str, object]:
    return {
        "benchmark": "soak",
        "minutes": minutes,
        "database": database,
        "at": datetime.now(tz=UTC).isoformat(timespec="minutes"),
        "machine": kept.machine(),
        "holds": all(figure.holds for figure in figures),
        "figures": [
            {"name": each.name, "value": round(each.value, 3), "unit": each.unit,
             "target": each.target, "holds": each.holds}
            for each in figures
        ],
        "looks": watch.as_fields(),
    }  # fmt: skip
