"""Votes under load: by a timetable, in a burst, and three times as many as the site can take.

The client keeps its own list of what was acknowledged and compares it with the rows at the end.
"""

import json
import time
from collections import Counter

from benchmarks import load_client
from benchmarks.load_client import at, request
from benchmarks.load_site import LoadSite, Size
from benchmarks.report import Figure

CHOICES = ("A", "B", "TIE", "BOTH_BAD")
CLIENTS, MANY = 16, 64
LINES = 1024  # connections of those who come all at once
SPARE = 400  # ballots to see when it is well again
WELL_S, WELL_TIMES = 0.25, 10


class Ballots:
    """Battles to judge, and what became of the votes."""

    def __init__(self, site: LoadSite, count: int) -> None:
        self._site, self._all = site, site.rows(f"ballots({count})")
        self.acknowledged: set[str] = set()

    def __len__(self) -> int:
        return len(self._all)

    def vote(self, number: int) -> bytes:
        """Return the request of one vote."""
        battle, token = self._all[number]
        body = json.dumps({"choice": CHOICES[number % len(CHOICES)]})
        told = {"Authorization": f"Bearer {token}"}
        return request("POST", f"/api/v1/battles/{battle}/vote", body, **told)

    def after(self, start: int) -> load_client.Made:
        """Return what makes the requests of the votes from one on."""
        return lambda number: self.vote(start + number)

    def hear(self, number: int, status: int, _body: bytes) -> None:
        """Remember a vote that the site says it has."""
        if status in (200, 201):
            self.acknowledged.add(self._all[number][0])

    def figures(self, name: str) -> list[Figure]:
        """Compare what was acknowledged with what is stored."""
        wanted = {battle for battle, _ in self._all}
        stored = Counter(each for each in self._site.rows("stored()") if each in wanted)
        doubled = sum(count > 1 for count in stored.values())
        return [
            Figure(f"{name}: acknowledged but not stored", len(self.acknowledged - set(stored)),
                   "votes", at_most=0, samples=len(self.acknowledged)),
            Figure(f"{name}: stored twice", doubled, "votes", at_most=0),
        ]  # fmt: skip


def sustained(site: LoadSite, size: Size) -> list[Figure]:
    """Vote 200 times a second from 16 clients, by a timetable."""
    ballots = Ballots(site, round(200 * size.votes_s))
    before = site.cpu_s("web")
    told = load_client.open_loop(
        site.port, ballots.vote, a_second=200, seconds=size.votes_s, lines=CLIENTS,
        hears=ballots.hear,
    )  # fmt: skip
    return [
        Figure("votes, 16 clients: rate", told.a_second, "/s", at_least=199, samples=len(ballots)),
        Figure("votes, 16 clients: web's processor a vote",
               1000 * (site.cpu_s("web") - before) / len(ballots), "ms"),
        Figure("votes, 16 clients: p50", at(told.good, 0.5), "ms"),
        Figure("votes, 16 clients: p95", at(told.good, 0.95), "ms", at_most=250),
        Figure("votes, 16 clients: p99", at(told.good, 0.99), "ms", at_most=1000),
        Figure("votes, 16 clients: refused or broken", len(ballots) - len(ballots.acknowledged),
               "votes", at_most=0),
        *ballots.figures("votes, 16 clients"),
    ]  # fmt: skip


def burst(site: LoadSite, size: Size) -> tuple[list[Figure], float]:
    """Vote from 64 clients as fast as the site answers; return the figures and its rate."""
    ballots = Ballots(site, round(600 * size.burst_s))
    told = load_client.closed_loop(
        site.port, ballots.vote, clients=MANY, seconds=size.burst_s, most=len(ballots),
        hears=ballots.hear,
    )  # fmt: skip
    figures = [
        Figure("burst, 64 clients: rate", told.a_second, "/s", samples=len(told.seconds)),
        Figure("burst, 64 clients: p95", at(told.good, 0.95), "ms"),
        Figure("burst, 64 clients: shed", len(told.shed), "votes"),
        Figure("burst, 64 clients: 5xx but 503 with Retry-After", told.errors, "votes", at_most=0),
        *ballots.figures("burst, 64 clients"),
    ]
    return figures, told.a_second


def overload(site: LoadSite, size: Size, rate: float) -> list[Figure]:
    """Vote three times as fast as the site can; then see when it answers as before."""
    wanted = 3 * max(200.0, rate)
    ballots = Ballots(site, round(wanted * size.overload_s) + SPARE)
    told = load_client.open_loop(
        site.port, ballots.vote, a_second=wanted, seconds=size.overload_s, lines=LINES,
        hears=ballots.hear,
    )  # fmt: skip
    shed = [1000 * each for each in told.shed]
    recovered = _recovered_s(site, ballots, len(ballots) - SPARE)
    return [
        Figure("overload, three times the rate: sent", wanted, "/s", samples=len(told.seconds)),
        Figure("overload: taken all the same", told.a_second, "/s"),
        Figure("overload: shed", len(shed), "votes", at_least=1),
        Figure("overload: shed within, p95", at(told.shed, 0.95), "ms", at_most=100,
               samples=len(shed)),
        Figure("overload: taken within, p95", at(told.good, 0.95), "ms"),
        Figure("overload: 5xx but 503 with Retry-After", told.errors, "votes", at_most=0),
        Figure("overload: recovered after", recovered, "s", at_most=10),
        *ballots.figures("overload"),
    ]  # fmt: skip


def _recovered_s(site: LoadSite, ballots: Ballots, start: int) -> float:
    """Return the seconds until the first of ten votes in a row that were each taken at once."""
    began, well_since, row = time.perf_counter(), 0.0, 0
    for number in range(start, len(ballots)):
        sent_s = time.perf_counter() - began
        told = load_client.closed_loop(
            site.port, ballots.after(number), clients=1, seconds=60, most=1
        )
        is_well = bool(told.good) and told.good[0] < WELL_S
        row = row + 1 if is_well else 0
        well_since = sent_s if row == 1 else well_since
        if row == WELL_TIMES:
            return well_since
        time.sleep(0.1)
    return float("inf")
