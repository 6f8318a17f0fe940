"""What serving a contender costs on this machine: measured with a stopwatch, never modelled.

One answer at a time tells how it feels; many at once tell what a token costs, because a server
that people pay for is a busy one.
"""

import asyncio
import logging
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

import httpx
from django.conf import settings

from evals.models import Contender, Deployment
from evals.records import Cost
from workers import energy
from workers.energy import Used
from workers.engines import client
from workers.engines.client import Sampling, Usage
from workers.engines.faults import Fault
from workers.engines.orders import Target, TargetKind

logger = logging.getLogger(__name__)

PROMPTS = (
    "Tell me a story about a fox and a river.",
    "What is a good way to spend a rainy day?",
    "Who lives in the old mill?",
    "Describe a garden in the spring.",
)
TOKENS = 64
AT_ONCE = 16
SECONDS_PER_HOUR = 3600
TOKENS_PRICED = 1_000_000
SAMPLING = Sampling(max_tokens=TOKENS, temperature=0.7, seed=1)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A busy server: its tokens in how many seconds, and what the machine's meters counted."""

    tokens: int
    seconds: float
    used: Used | None


@dataclass(frozen=True, slots=True)
class _Stopwatch:
    """What was timed: answers one by one, and many at once."""

    alone: Sequence[Usage]
    loaded: _Loaded | None


def measure(contender: Contender, deployment: Deployment, target: Target, api_key: str) -> Cost:
    """Return what serving costs; an engine that does not answer leaves it unmeasured."""
    is_api = contender.source == Contender.Source.API
    listed = contender.price_usd_per_million_tokens
    price = float(listed) if listed is not None else None
    try:
        watch = asyncio.run(_measure(target, api_key, is_loaded=not is_api))
    except Fault as fault:
        logger.warning("No cost of %s: %s", contender.slug, fault.sentence)
        return Cost(usd_per_million_tokens=price)
    cost = Cost(
        tokens_per_second=_speed(watch.alone),
        first_token_s=statistics.median(usage.first_token_s for usage in watch.alone),
        usd_per_million_tokens=price,
    )
    return cost if watch.loaded is None else _of_a_busy_server(cost, watch.loaded, deployment)


def _of_a_busy_server(cost: Cost, loaded: _Loaded, deployment: Deployment) -> Cost:
    """Return a cost with what only a busy server tells; meters are those of this machine."""
    pace = loaded.tokens / loaded.seconds
    used = loaded.used if deployment.machine == settings.MACHINE else None
    return replace(
        cost,
        throughput_tokens_per_second=pace,
        peak_memory_bytes=deployment.memory_bytes,
        usd_per_million_tokens=usd_per_hour(deployment) / SECONDS_PER_HOUR / pace * TOKENS_PRICED,
        energy_wh_per_million_tokens=used.joules / SECONDS_PER_HOUR / loaded.tokens * TOKENS_PRICED
        if used
        else None,
        energy_source=used.source if used else "",
    )


def usd_per_hour(deployment: Deployment) -> float:
    """Return what a server's hardware costs: of the table of prices, or as this machine's."""
    return float(
        settings.HARDWARE_USD_PER_HOUR.get(deployment.hardware, settings.MACHINE_USD_PER_HOUR)
    )


def _speed(alone: Sequence[Usage]) -> float | None:
    """Return tokens per second after the first, over all answers."""
    tokens = sum(usage.completion_tokens - 1 for usage in alone)
    seconds = sum(usage.total_s - usage.first_token_s for usage in alone)
    return tokens / seconds if tokens > 0 and seconds > 0 else None


async def _measure(target: Target, api_key: str, *, is_loaded: bool) -> _Stopwatch:
    """Ask over one client: opening another takes longer than a small model's first token."""
    async with httpx.AsyncClient() as opened:
        ask = partial(_ask, target, api_key, opened)
        await ask(PROMPTS[0])  # the first one warms both sides up
        alone = [await ask(prompt) for prompt in PROMPTS]
        return _Stopwatch(alone, await _together(ask) if is_loaded else None)


async def _together(ask: Callable[[str], Awaitable[Usage]]) -> _Loaded | None:
    """Return what all answers together took, asked at once."""
    watch, started = energy.Watch(), time.perf_counter()
    usages = await asyncio.gather(*(ask(PROMPTS[n % len(PROMPTS)]) for n in range(AT_ONCE)))
    seconds, used = time.perf_counter() - started, watch.used()
    tokens = sum(usage.completion_tokens for usage in usages)
    return _Loaded(tokens, seconds, used) if tokens and seconds > 0 else None


async def _ask(target: Target, api_key: str, opened: httpx.AsyncClient, prompt: str) -> Usage:
    messages = [{"role": "user", "content": prompt}]
    sampling = replace(SAMPLING, is_full_length=target.kind is TargetKind.VLLM)
    stream = client.stream_chat(
        target.url, target.served_name, messages, sampling, api_key=api_key, client=opened
    )
    usage = Usage(prompt_tokens=0, completion_tokens=0, first_token_s=0.0, total_s=0.0)
    async with aclosing(stream) as deltas:
        async for delta in deltas:
            usage = delta.usage or usage
    return usage
