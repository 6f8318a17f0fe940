"""The lines of the load table but votes: what is done to the site, and what must hold.

Times are the client's own, on the same cores as the site.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks import arena_load, journey, load_client, load_site
from benchmarks.load_client import Tally, at, request
from benchmarks.load_site import LoadSite, Size
from benchmarks.load_votes import CLIENTS, Ballots
from benchmarks.load_watch import Watch, look
from benchmarks.report import Figure

LISTS = (
    "/", "/submissions/", "/queue/", "/ratings/", "/ratings/matrix/", "/ratings/pairs/",
    "/charts/", "/contenders/contender-00001/", "/compare/?c=contender-00001&c=contender-00002",
    "/changelog/", "/exports/", "/arena/", "/arena/votes/",
    "/api/v1/board", "/api/v1/submissions", "/api/v1/contenders", "/api/v1/votes",
    "/api/v1/ratings", "/api/v1/queue", "/api/v1/changelog",
)  # fmt: skip
TICK_S = 0.1


def idle(site: LoadSite, size: Size) -> list[Figure]:
    """Ask nothing of web and workers, and see what they take."""
    time.sleep(min(15, size.idle_s))  # what starting left behind settles
    found = site.processes()
    before = {name: look(found[name]) for name in load_site.OURS}
    time.sleep(size.idle_s)
    after = {name: look(found[name]) for name in load_site.OURS}
    used = sum(after[name].cpu_s - before[name].cpu_s for name in after) / size.idle_s
    parts = [
        Figure(f"idle: memory of {name}", after[name].pss_mb, "MB", samples=len(found[name]))
        for name in after
    ]
    return [
        Figure("idle: processor of web and workers", 100 * used, "%", at_most=2),
        Figure("idle: memory of web and workers", sum(each.value for each in parts), "MB",
               at_most=400),
        *parts,
    ]  # fmt: skip


def board(site: LoadSite, size: Size) -> list[Figure]:
    """Read the board: at once after a start, then from 8 clients."""
    site.stop("web")
    site.start("web")
    cold = _first_answer_s(site)
    for _ in range(3):
        load_client.closed_loop(site.port, _get("/"), clients=8, seconds=2, most=40)
    before = site.cpu_s("web")
    told = load_client.closed_loop(
        site.port, _get("/"), clients=8, seconds=size.board_s, most=1_000_000
    )
    used = site.cpu_s("web") - before
    return [
        Figure("board, 300 x 12, cold", 1000 * cold, "ms", at_most=600),
        Figure("board, 300 x 12, 8 clients: rate", told.a_second, "/s", at_least=300,
               samples=len(told.good)),
        Figure("board, 300 x 12, 8 clients: p95", at(told.good, 0.95), "ms", at_most=150),
        Figure("board: web's processor a page", 1000 * used / max(1, len(told.good)), "ms"),
        Figure("board: errors", told.errors, "", at_most=0),
    ]  # fmt: skip


def _first_answer_s(site: LoadSite) -> float:
    """Return how long the first board took, once a process listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = load_client.closed_loop(site.port, _get("/healthz"), clients=1, seconds=5, most=1)
        if told.statuses[200]:
            break
        time.sleep(0.1)
    told = load_client.closed_loop(site.port, _get("/"), clients=1, seconds=30, most=1)
    return told.seconds[0] if told.seconds else float("inf")


def _get(path: str) -> load_client.Made:
    sent = request("GET", path)
    return lambda _number: sent


def lists(site: LoadSite, size: Size) -> list[Figure]:
    """Read every page that lists something, with long lists behind it."""
    figures, errors = [], 0
    for path in LISTS:
        told = load_client.closed_loop(
            site.port, _get(path), clients=2, seconds=60, most=size.visits
        )
        errors += sum(told.statuses.values()) - told.statuses[200] + told.broken
        figures.append(Figure(f"list {path}: p95", at(told.good, 0.95), "ms", at_most=300,
                              samples=len(told.good)))  # fmt: skip
    behind = f"{size.runs:,} runs and {size.votes:,} votes"
    slowest = max(figures, key=lambda each: each.value)
    return [
        Figure(f"lists, {behind}: slowest p95", slowest.value, "ms", at_most=300),
        Figure("lists: not 200", errors, "answers", at_most=0),
        *figures,
    ]


def streams(site: LoadSite, size: Size) -> list[Figure]:
    """Hold 100 battles at once for as long as it lasts, one after the other on each place."""
    watch, before = Watch(site.processes, every_s=5), site.cpu_s("web", "answers")
    with watch.going_on():
        heard = battles(site, 100, size.streams_s)
    used = site.cpu_s("web", "answers") - before
    gaps = [gap for each in heard for gap in each.gaps]
    firsts = [each.first_s for each in heard]
    lost = sum(not each.is_whole for each in heard)
    held = watch.peak("web", "answers")
    return [
        Figure("streams: battles heard", len(heard), "", samples=2 * len(heard)),
        Figure("streams: dropped", lost, "", at_most=0),
        Figure("streams: added gap, p95", max(0.0, at(gaps, 0.95) - 1000 * TICK_S), "ms",
               at_most=150, samples=len(gaps)),
        Figure("streams: first word, p95", at(firsts, 0.95), "ms", at_most=600,
               samples=len(firsts)),
        Figure("streams: processor of web and answers a battle", 1000 * used / len(heard), "ms"),
        Figure("streams: memory of web and answers", held.pss_mb, "MB", at_most=600),
    ]  # fmt: skip


def battles(site: LoadSite, places: int, seconds: float) -> list[arena_load.Heard]:
    """Hold so many battles at once, round after round, until the time is over."""
    heard: list[arena_load.Heard] = []
    until = time.monotonic() + seconds
    while not heard or time.monotonic() < until:
        cookies = site.rows(f"voters({places})")
        heard += arena_load.converse(site.port, cookies, arrive_s=5)
    return heard


def mixed(site: LoadSite, size: Size) -> list[Figure]:
    """Battles, votes, pages, a real evaluation and the ratings, all at once."""
    ballots = Ballots(site, round(20 * size.mixed_s))
    paths = [request("GET", path) for path in LISTS[:10]]
    run = _submit(site)
    with ThreadPoolExecutor(3) as pool:
        talks = pool.submit(battles, site, 50, size.mixed_s)
        votes = pool.submit(
            load_client.open_loop, site.port, ballots.vote, a_second=20, seconds=size.mixed_s,
            lines=CLIENTS, hears=ballots.hear,
        )  # fmt: skip
        pages = pool.submit(
            load_client.open_loop, site.port, lambda number: paths[number % len(paths)],
            a_second=10, seconds=size.mixed_s, lines=CLIENTS,
        )  # fmt: skip
        heard, voted, read = talks.result(), votes.result(), pages.result()
    return [
        Figure("mixed: page, p95", at(read.good, 0.95), "ms", at_most=400, samples=len(read.good)),
        Figure("mixed: vote, p95", at(voted.good, 0.95), "ms", at_most=400,
               samples=len(voted.good)),
        Figure("mixed: battles dropped", sum(not each.is_whole for each in heard), "", at_most=0,
               samples=len(heard)),
        Figure("mixed: pages and votes that failed", read.errors + voted.errors, "", at_most=0),
        Figure("mixed: runs that were measured meanwhile", _finished(site, run), ""),
        *ballots.figures("mixed"),
    ]  # fmt: skip


def _submit(site: LoadSite) -> str:
    api = journey.Api(site.private.url)
    wanted = {"kind": "MODEL", "source": "DIRECTORY", "locator": "models/heron", "suite": "zoo"}
    return str(api.post("/submissions", wanted)["id"])


def _finished(site: LoadSite, submission: str) -> int:
    told = journey.Api(site.private.url).get(f"/submissions/{submission}")
    if told["state"] == "FAILED":
        raise RuntimeError(f"The run beside the load failed: {told['error']}")
    return int(told["state"] == "SUCCEEDED")


def export(site: LoadSite, size: Size) -> list[Figure]:
    """Download every vote, and see that it is streamed."""
    watch = Watch(site.processes, every_s=0.5)
    with watch.going_on():
        first_s, whole_s, rows = _download(site, "/exports/votes.jsonl")
    looks = watch.looks["web"]
    grown = max(each.rss_mb for each in looks) - looks[0].rss_mb
    return [
        Figure(f"export of {size.votes:,} votes: first byte", 1000 * first_s, "ms", at_most=2000),
        Figure("export: whole file", whole_s, "s", samples=rows),
        Figure("export: memory added to web", grown, "MB", at_most=100),
        Figure("export: rows", rows, "", at_least=size.votes * 0.99),
    ]


def _download(site: LoadSite, path: str) -> tuple[float, float, int]:
    api = journey.Api(site.private.url)
    began, first, rows = time.perf_counter(), 0.0, 0
    with api.http.stream("GET", f"{site.private.url}{path}", timeout=300) as answer:
        for piece in answer.raise_for_status().iter_bytes():
            first = first or time.perf_counter() - began
            rows += piece.count(b"\n")
    return first, time.perf_counter() - began, rows


def ratings(site: LoadSite, _size: Size) -> list[Figure]:
    """Fit every rating anew in a process of its own while pages are read."""
    with ThreadPoolExecutor(1) as pool:
        fitted = pool.submit(site.rows, "refresh()")
        read = Tally()
        while not fitted.done():
            told = load_client.open_loop(site.port, _get("/"), a_second=10, seconds=2, lines=8)
            read.good += told.good
        took = fitted.result()
    return [
        Figure(f"ratings of {took['votes']:,} votes, {took['contenders']} contenders",
               took["whole_s"], "s", at_most=60),
        Figure("ratings: of it the groundwork", took["groundwork_s"], "s"),
        Figure("ratings: page meanwhile, p95", at(read.good, 0.95), "ms", at_most=400,
               samples=len(read.good)),
    ]  # fmt: skip
