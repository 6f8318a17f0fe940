"""Load: an open loop of votes and pages against real web processes: `python -m benchmarks.load`.

Arrivals do not wait for answers, so a slow server meets a queue, as it would outside. The client
keeps its own list of what was acknowledged and compares it with the rows at the end. The answers of
battles are made beforehand: engines are measured by benchmarks.journey.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import load_site
from benchmarks.load_site import LoadSite

RESULTS = Path(__file__).resolve().parent / "results" / "load.json"
QUICK_S, WHOLE_S = 15, 120
CLIENTS = 64  # connections at most; more requests than these wait, and their wait is counted


@dataclass
class Tally:
    """What became of one kind of request."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0

    def told(self, took_s: float) -> dict[str, Any]:
        """Return the figures."""
        times = sorted(self.seconds)
        count = len(times)
        return {
            "requests": count + self.broken,
            "a_second": round(count / took_s, 1),
            "p50_ms": _ms(times, 0.50),
            "p95_ms": _ms(times, 0.95),
            "p99_ms": _ms(times, 0.99),
            "statuses": dict(sorted(self.statuses.items())),
            "broken": self.broken,
        }


def _ms(times: list[float], quantile: float) -> float | None:
    return round(1000 * times[int(quantile * (len(times) - 1))], 1) if times else None


Ask = Callable[[httpx.AsyncClient, int], Awaitable[int]]


async def open_loop(url: str, ask: Ask, *, a_second: float, seconds: float) -> tuple[Tally, float]:
    """Send so many requests a second, however fast they are answered."""
    tally, tasks = Tally(), []
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    began = time.perf_counter()
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
        for number in range(round(a_second * seconds)):
            pause = began + number / a_second - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            tasks.append(asyncio.create_task(_one(client, ask, number, tally)))
        await asyncio.gather(*tasks)
    return tally, time.perf_counter() - began


async def _one(client: httpx.AsyncClient, ask: Ask, number: int, tally: Tally) -> None:
    due = time.perf_counter()
    try:
        status = await ask(client, number)
    except httpx.HTTPError:
        tally.broken += 1
        return
    tally.seconds.append(time.perf_counter() - due)
    tally.statuses[status] += 1


def votes(site: LoadSite, *, a_second: float, seconds: float) -> dict[str, Any]:
    """Vote; then compare what was acknowledged with what is stored."""
    battles = site.rows.battles(round(a_second * seconds))
    acknowledged: set[str] = set()

    async def vote(client: httpx.AsyncClient, number: int) -> int:
        battle, headers = battles[number]
        body = {"choice": ("A", "B", "TIE", "BOTH_BAD")[number % 4]}
        answer = await client.post(f"/api/v1/battles/{battle}/vote", json=body, headers=headers)
        if answer.status_code in (200, 201):
            acknowledged.add(battle)
        return answer.status_code

    tally, took = asyncio.run(open_loop(site.url, vote, a_second=a_second, seconds=seconds))
    stored = site.rows.voted([battle for battle, _ in battles])
    return tally.told(took) | {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(stored)),
        "doubled": sum(count > 1 for count in stored.values()),
    }


def pages(site: LoadSite, path: str, *, a_second: float, seconds: float) -> dict[str, Any]:
    """Read one page again and again."""

    async def read(client: httpx.AsyncClient, _number: int) -> int:
        return (await client.get(path)).status_code

    tally, took = asyncio.run(open_loop(site.url, read, a_second=a_second, seconds=seconds))
    return tally.told(took)


def measure(seconds: float) -> dict[str, Any]:
    """Start a site and put each load on it."""
    with load_site.running() as site:
        asyncio.run(open_loop(site.url, _warm, a_second=5, seconds=3))
        before = site.footprint()
        found = {
            "votes_50": votes(site, a_second=50, seconds=seconds),
            "votes_200": votes(site, a_second=200, seconds=seconds),
            "board_page_20": pages(site, "/", a_second=20, seconds=seconds),
            "board_api_50": pages(site, "/api/v1/board", a_second=50, seconds=seconds),
            "overload_votes_600": votes(site, a_second=600, seconds=min(seconds, 10)),
        }
        after_overload = pages(site, "/healthz", a_second=5, seconds=5)
        return {
            "database": site.rows.vendor(),
            "cores": os.cpu_count(),
            "load_average_at_start": before.pop("load_average"),
            "seconds_each": seconds,
            "contenders": load_site.CONTENDERS,
            "loads": found,
            "health_after_overload": after_overload,
            "footprint_before": before,
            "footprint_after": site.footprint(),
        }


async def _warm(client: httpx.AsyncClient, _number: int) -> int:
    await client.get("/")
    return (await client.get("/api/v1/board")).status_code


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_S} s for each load")
    parser.add_argument("--seconds", type=float)
    chosen = parser.parse_args()
    found = measure(chosen.seconds or (QUICK_S if chosen.quick else WHOLE_S))
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept | {found["database"]: found}, indent=2) + "\n")
    print(json.dumps(found, indent=2))
    lost = sum(load.get("lost", 0) + load.get("doubled", 0) for load in found["loads"].values())
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
