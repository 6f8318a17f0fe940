"""How long a person waits: from submit to score, from prompt to first word, from vote to board.

Measured from outside, over HTTP, on a running site: an own one with fresh files unless --url
names another. Nothing is compared with a peer here.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from benchmarks import report
from tools import private_site

BASE, LAYERS = "models/heron", ("adapters/instruct", "adapters/sums")
PROMPTS = ["What is 2 plus 3?", "Tell a story about a fox.", "Who lives in the mill?"]
SCORE_S = 600
ANSWER_S = 120
VOTE_ON_BOARD_S = 3.0
FIRST_TEXT_S = 5.0


class Api:
    """The site as a program sees it."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=30)

    def get(self, path: str, **headers: str) -> Any:
        """Return what a page says."""
        return self.http.get(path, headers=headers).raise_for_status().json()

    def post(self, path: str, body: dict[str, str], **headers: str) -> Any:
        """Send one request and return its answer."""
        answer = self.http.post(path, json=body, headers=headers)
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def submit(self, kind: str, locator: str, parent: str = "") -> Any:
        """Submit one directory."""
        return self.post(
            "/submissions",
            {"kind": kind, "source": "DIRECTORY", "locator": locator, "parent_slug": parent},
        )


def seconds_until_scored(api: Api, submission: dict[str, Any]) -> float:
    """Return the wait from the request to the last score."""
    started = time.monotonic()
    while time.monotonic() - started < SCORE_S:
        now = api.get(f"/submissions/{submission['id']}")
        if now["state"] == "SUCCEEDED":
            return time.monotonic() - started
        if now["state"] in {"FAILED", "CANCELLED"}:
            raise RuntimeError(f"{now['contender']}: {now['error']}")
        time.sleep(0.25)
    raise TimeoutError(f"{submission['contender']} has no score after {SCORE_S} s.")


def submit_the_stack(api: Api) -> list[float]:
    """Submit a base and two layers one after the other; return each one's wait."""
    waits, parent = [], ""
    for locator in (BASE, *LAYERS):
        submission = api.submit("ADAPTER" if parent else "MODEL", locator, parent)
        waits.append(seconds_until_scored(api, submission))
        parent = submission["contender"]
    return waits


class Voter:
    """A person with a browser, without the browser."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=ANSWER_S, headers={"Referer": url})
        self.http.get("/arena/").raise_for_status()

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send one form."""
        token = self.http.cookies["csrftoken"]
        return self.http.post(path, data={"csrfmiddlewaretoken": token, **fields})

    def ask(self, prompt: str) -> tuple[str, float]:
        """Start a battle; return its path and the wait until its first words."""
        started = time.monotonic()
        answer = self.post("/arena/", prompt=prompt)
        if not answer.is_redirect:
            raise RuntimeError(f"No battle: {answer.status_code} {answer.text[:500]}")
        path = answer.headers["Location"]
        first = 0.0
        with self.http.stream("GET", f"{path}stream/") as stream:
            for line in stream.raise_for_status().iter_lines():
                if line == "event: text" and not first:
                    first = time.monotonic() - started
                if line == "event: end":
                    break
        if not first:
            raise RuntimeError("The stream ended without a word.")
        return path, first


def vote_to_board(api: Api, voter: Voter, path: str, choice: str) -> float:
    """Vote; return the wait until the board's ratings count it."""
    before = api.get("/ratings")["votes"]
    started = time.monotonic()
    voter.post(f"{path}vote/", choice=choice)
    while time.monotonic() - started < ANSWER_S:
        if api.get("/ratings")["votes"] > before:
            return time.monotonic() - started
        time.sleep(0.05)
    raise TimeoutError("The vote never reached the board.")


def measure(url: str, *, battles: int) -> list[report.Figure]:
    """Go the whole way and return the figures."""
    api, voter = Api(url), Voter(url)
    waits = submit_the_stack(api)
    words, boards = [], []
    for prompt, choice in itertools.islice(
        zip(itertools.cycle(PROMPTS), itertools.cycle(["A", "B", "TIE", "BOTH_BAD"])), battles
    ):
        path, wait = voter.ask(prompt)
        words.append(wait)
        boards.append(vote_to_board(api, voter, path, choice))
    return [
        report.Figure(
            "submit to score, first base (engine starts)", waits[0], "s", at_most=SCORE_S
        ),
        *report.of("submit to score, adapter on a running base", waits[1:], "s", at_most=SCORE_S),
        *report.of("prompt to first text", words, "s", at_most=FIRST_TEXT_S),
        *report.of("vote to board", boards, "s", at_most=VOTE_ON_BOARD_S),
    ]


@contextmanager
def site(url: str) -> Iterator[str]:
    """Return the address to measure: the given one, or an own site's."""
    if url:
        yield url.rstrip("/")
        return
    with private_site.running(zoo=False) as own:
        yield own.url


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a running site (default: start one)")
    parser.add_argument("--quick", action="store_true", help="3 battles instead of 20")
    chosen = parser.parse_args()
    with site(chosen.url) as url:
        figures = measure(url, battles=3 if chosen.quick else 20)
    return report.close("journey", figures)


if __name__ == "__main__":
    sys.exit(main())
