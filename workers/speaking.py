"""One contender as somebody to talk to: where it answers, and its answer heard to the end."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import httpx
from django.conf import settings

from arena.battles import Answer
from arena.conversations import Exchange
from evals import addresses, spans
from evals.addresses import Pinned
from evals.models import Contender, Deployment
from evals.problems import Refused
from workers.cleaning import Cleaner
from workers.engines import client
from workers.engines.client import Delta, Sampling, Usage
from workers.engines.faults import Code, PlatformFault

AT_ONCE = 512  # answers that one worker hears: both sides of every turn in its room
KEPT = 32  # connections for the next answers
CALLS_MORE = 3  # at once, after half a second and after a whole one
LONGEST_TOKEN = 64  # characters; an engine that goes on past this ignores the limit


class Lost(Exception):
    """A contender cannot answer, or stopped doing so."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where one contender answers right now."""

    url: str
    served_name: str
    api_key: str = ""
    pinned: Pinned | None = None  # of an API: its address, resolved and checked

    def answer(
        self, messages: Sequence[Mapping[str, str]], http: httpx.AsyncClient
    ) -> AsyncGenerator[Delta, None]:
        """Ask, in the one way that all contenders are asked."""
        return client.stream_chat(
            self.url,
            self.served_name,
            messages,
            sampling(),
            api_key=self.api_key,
            client=http,
            pinned=self.pinned,
        )


def http_client() -> httpx.AsyncClient:
    """Return a client for the present loop; reading the certificates is what takes time.

    A server that cannot be reached for a moment, as after a cable was plugged in again, is called
    once more: nothing was asked yet, so nothing can be answered twice.
    """
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=KEPT)
    transport = httpx.AsyncHTTPTransport(verify=_certificates(), limits=limits, retries=CALLS_MORE)
    return httpx.AsyncClient(transport=transport)


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def sampling() -> Sampling:
    """Return how every answer of the arena is drawn; the same for both sides."""
    return Sampling(
        max_tokens=settings.MAX_ANSWER_TOKENS, temperature=settings.ANSWER_TEMPERATURE, top_p=1.0
    )


def speaker(contender: Contender, *, now: datetime) -> Speaker:
    """Return where a contender answers, or raise Lost."""
    found = Deployment.objects.healthy(now=now).filter(contender=contender)
    if (deployment := found.order_by("-answered_at", "pk").first()) is None:
        raise Lost(f"No healthy deployment of {contender.slug}.")
    if contender.source != Contender.Source.API:
        return Speaker(deployment.url, deployment.served_name)
    try:
        pinned = addresses.pin(contender.locator)
    except Refused as refusal:
        raise Lost(f"{contender.slug}: {refusal}") from refusal
    key = addresses.key_for(contender.locator) or ""
    return Speaker(deployment.url, deployment.served_name, key, pinned)


def messages(prompt: str, earlier: Sequence[Exchange] = ()) -> list[dict[str, str]]:
    """Return what every contender is asked, after what was said before."""
    system = settings.ARENA_SYSTEM_PROMPT
    told = [{"role": "system", "content": system}] if system else []
    for exchange in earlier:
        told.append({"role": "user", "content": exchange.prompt})
        told.append({"role": "assistant", "content": exchange.answer})
    return [*told, {"role": "user", "content": prompt}]


async def hear(
    speaker: Speaker,
    asked: Sequence[Mapping[str, str]],
    *,
    http: httpx.AsyncClient,
    told: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Ask, and return the whole answer; `told` is called with its text as it comes."""
    hearing = Hearing()
    with spans.span("engine chat", kind="CLIENT"):
        async with aclosing(speaker.answer(asked, http)) as deltas:
            async for delta in deltas:
                told(hearing.take(delta))
                if hearing.length > settings.MAX_ANSWER_TOKENS * LONGEST_TOKEN:
                    raise PlatformFault(Code.ENGINE_NONSENSE, "The answer never ends.")
    told(hearing.end())
    return hearing.answer()


class Hearing:
    """One answer while it is heard: cleaned, measured, and whole at its end."""

    def __init__(self) -> None:
        self._cleaner = Cleaner()
        self._text: list[str] = []
        self.length = 0  # characters so far
        self._is_truncated = False
        self._usage: Usage | None = None

    def take(self, delta: Delta) -> str:
        """Take one piece and return what of the text can be shown."""
        if delta.finish_reason is not None:
            self._is_truncated = delta.finish_reason == "length"
            self._usage = delta.usage
        return self._shown(self._cleaner.feed(delta.text))

    def end(self) -> str:
        """Return the last of the text."""
        return self._shown(self._cleaner.finish())

    def answer(self) -> Answer:
        """Return the whole, once ended."""
        usage = self._usage
        return Answer(
            text="".join(self._text).rstrip(),
            is_truncated=self._is_truncated,
            tokens=usage.completion_tokens if usage else 0,
            first_token_s=usage.first_token_s if usage else None,
            seconds=usage.total_s if usage else None,
        )

    def _shown(self, text: str) -> str:
        self._text.append(text)
        self.length += len(text)
        return text
