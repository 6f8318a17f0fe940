"""What the arena adds: to the first word, between words under load, and to a vote.

A private site as `make run` starts it: uvicorn, Valkey, the workers, vLLM. First words are
compared with the same two requests sent straight to vLLM; for the load, and for it alone, a stub
streams 20 tokens a second to each of 200 sides. `--quick` does less of everything. The whole
result is the last line, and goes to benchmarks/results/arena.json unless --quick is given.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import httpx

from benchmarks import arena_load, journey, report
from benchmarks.arena_load import Cast, Heard
from benchmarks.report import Figure
from tools import addresses, private_site
from tools.private_site import ROOT, PrivateSite

RESULT = Path(__file__).parent / "results" / "arena.json"
TICK_S = 0.1
PROMPTS = ["What is 2 plus 3?", "Tell a story about a fox.", "Who lives in the mill?"]
RATE, CLIENTS = 20, 16
ENVIRONMENT = {
    "TICK_S": str(TICK_S),
    "PREPARED_BATTLES_TARGET": "0",  # nothing but what is measured asks the engines
    "CHATS_PER_MINUTE": "100000",  # one network stands for many people; the limiter still looks
    "VOTES_PER_MINUTE": "100000",
    "BASELINE_URL": "https://baseline.invalid/v1",
}


def percentile(values: Sequence[float], percent: int) -> float:
    """Return what so many of a hundred values stay under."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def ask_rows(site: PrivateSite, call: str) -> str:
    """Run one call of arena_rows inside the site's settings; return what it printed."""
    program = f"from benchmarks import arena_rows; arena_rows.{call}"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", program],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, "VAR_DIR": str(site.var)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def straight_s(at: Sequence[dict[str, str]], prompt: str, http: httpx.Client) -> float:
    """Send both requests straight to vLLM; return the wait until both have a first word."""

    def first_word(engine: dict[str, str]) -> float:
        body = {
            "model": engine["name"],
            "messages": [{"role": "user", "content": prompt}],
            "stream": True,
            "max_tokens": 256,
            "temperature": 0.7,
        }
        url = f"{engine['url'].removesuffix('/v1')}/v1/chat/completions"
        waited = 0.0
        with http.stream("POST", url, json=body) as answer:
            for line in answer.iter_lines():
                if not waited and '"content":"' in line and '"content":""' not in line:
                    waited = time.perf_counter() - started
        return waited

    with ThreadPoolExecutor(len(at)) as pool:
        started = time.perf_counter()
        return max(pool.map(first_word, at))


def first_words(site: PrivateSite, count: int) -> list[Figure]:
    """Compare the way through the site with the straight one, turn about."""
    api = journey.Api(site.url)
    base = api.submit("MODEL", journey.BASE)
    journey.seconds_until_scored(api, base)
    layer = api.submit("ADAPTER", journey.LAYERS[0], base["contender"])
    journey.seconds_until_scored(api, layer)
    slugs = (base["contender"], layer["contender"])
    engines = [json.loads(ask_rows(site, f"deployment({slug!r})")) for slug in slugs]
    cookies = json.loads(ask_rows(site, f"voters({count})"))
    port = urlsplit(site.url).port or 80
    through, straight = [], []
    with httpx.Client(timeout=120) as http:
        straight_s(engines, PROMPTS[0], http)  # the first request of all warms the engine
        for number, cookie in enumerate(cookies):
            prompt = PROMPTS[number % len(PROMPTS)].replace("?", "")
            straight.append(straight_s(engines, prompt, http))
            heard = arena_load.converse(port, [cookie], arrive_s=0)[0]
            through.append(heard.first_s)
    added = [site_s - engine_s for site_s, engine_s in zip(through, straight, strict=True)]
    middle = percentile(through, 50) - percentile(straight, 50)
    return [
        Figure("first word straight from vLLM, p50", 1000 * percentile(straight, 50), "ms",
               samples=count),
        Figure("first word through the site, p50", 1000 * percentile(through, 50), "ms",
               samples=count),
        Figure("added to the first word, p50", 1000 * middle, "ms",
               at_most=1000 * TICK_S + 20, samples=count),
        Figure("added to the first word, p95", 1000 * percentile(added, 95), "ms", samples=count),
    ]  # fmt: skip


@contextmanager
def stub(tokens: int) -> Iterator[str]:
    """Run the stub engine; give its address."""
    port = private_site.free_ports(1)
    command = [sys.executable, "-m", "benchmarks.stub_engine", str(port), str(RATE), str(tokens)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        while not addresses.is_anyone_at(range(port, port + 1)):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        private_site.stop(process)


def streams(site: PrivateSite, battles: int) -> list[Figure]:
    """Hold so many battles at once, and look at the gaps between words."""
    cookies = json.loads(ask_rows(site, f"voters({battles})"))
    port = urlsplit(site.url).port or 80
    heard: list[Heard] = arena_load.converse(port, cookies, arrive_s=5)
    gaps = [gap for each in heard for gap in each.gaps]
    added = [max(0.0, gap - TICK_S) for gap in gaps]
    seconds = max(each.at[-1] for each in heard) - min(each.at[0] for each in heard)
    whole = sum(each.is_whole for each in heard)
    return [
        Figure("streams held at once", 2 * battles, "streams", at_least=200, samples=battles),
        Figure("streams that came to their end", 2 * whole, "streams", at_least=2 * battles),
        Figure("time under load", seconds, "s"),
        Figure("gap between words, p50", 1000 * percentile(gaps, 50), "ms", samples=len(gaps)),
        Figure("gap between words, p95", 1000 * percentile(gaps, 95), "ms", samples=len(gaps)),
        Figure("added gap, p95", 1000 * percentile(added, 95), "ms", at_most=150,
               samples=len(added)),
        Figure("first word under load, p95",
               1000 * percentile([each.first_s for each in heard], 95), "ms", samples=battles),
    ]  # fmt: skip


def votes(site: PrivateSite, count: int) -> list[Figure]:
    """Cast votes as fast as they are taken, then count the rows."""
    ballots = json.loads(ask_rows(site, f"ballots({count})"))
    port = urlsplit(site.url).port or 80
    cast, seconds = arena_load.vote(port, ballots, clients=CLIENTS)
    kept = json.loads(ask_rows(site, "stored()"))
    return _vote_figures(cast, seconds, kept)


def _vote_figures(cast: Cast, seconds: float, kept: Sequence[str]) -> list[Figure]:
    lost = len(set(cast.acknowledged) - set(kept))
    unasked = len(kept) - len(set(cast.acknowledged))
    rate = len(cast.acknowledged) / seconds
    return [
        Figure("votes", rate, "a second", at_least=200, samples=len(cast.acknowledged)),
        Figure("vote, p50", 1000 * percentile(cast.seconds, 50), "ms", samples=len(cast.seconds)),
        Figure("vote, p95", 1000 * percentile(cast.seconds, 95), "ms", at_most=250,
               samples=len(cast.seconds)),
        Figure("votes acknowledged but not stored", lost, "votes", at_most=0),
        Figure("votes stored but not acknowledged", unasked, "votes", at_most=0),
        Figure("votes refused", sum(cast.refused.values()), "votes", at_most=0),
    ]  # fmt: skip


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--part", choices=["words", "streams", "votes"], help="only one of three")
    chosen = parser.parse_args()
    asked, tokens, ballots = (10, 200, 2_000) if chosen.quick else (60, 1_200, 10_000)
    figures: list[Figure] = []
    with (
        private_site.running(zoo=False, environment=ENVIRONMENT) as site,
        stub(tokens) as engine,
    ):
        if chosen.part in (None, "words"):
            figures += first_words(site, asked)
        ask_rows(site, f"speakers({engine!r}, 8)")
        if chosen.part in (None, "streams"):
            figures += streams(site, 100)
        if chosen.part in (None, "votes"):
            figures += votes(site, ballots)
    is_kept = not chosen.quick and chosen.part is None
    return report.close("arena", figures, kept=RESULT if is_kept else None)


if __name__ == "__main__":
    sys.exit(main())
