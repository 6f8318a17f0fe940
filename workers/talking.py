"""Have all sides of a turn talk at once: the same messages, sampling and limits, one pace.

All of it happens on an event loop, many turns beside each other; the database is only asked to
renew the lease. What goes wrong ends as a code that tells nothing of either side.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import httpx
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from arena import battles, streams
from arena.battles import Answer
from arena.conversations import Exchange
from arena.models import Turn
from workers import speaking
from workers.engines.faults import Code, Fault
from workers.pacing import Pacer
from workers.releasing import Channel, Stopped, Ticker
from workers.speaking import Speaker

logger = logging.getLogger(__name__)
T = TypeVar("T")

NEUTRAL_CODE = "ENGINE_LOST"  # whatever happened, and on whichever side
TAIL_S = 6.0  # the longest that a finished answer is held back for the pace of the other
RENEW_S = 5.0
REFUSALS = (Code.ENGINE_REFUSED, Code.BASELINE_REFUSED)  # how an engine says "too long"

Outcome = dict[str, Answer] | str  # the answers, or the neutral code of their failure


class TooLong(Exception):
    """A side refused what it was asked; with less of the history it may not."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A claimed turn, and everybody that answers it."""

    turn: Turn
    speakers: dict[str, Speaker]
    earlier: dict[str, list[Exchange]]
    writer: streams.Writer


@dataclass(frozen=True, slots=True)
class Floor:
    """What all turns of one event loop share."""

    ticker: Ticker
    http: httpx.AsyncClient


@asynccontextmanager
async def floor() -> AsyncIterator[Floor]:
    """Open one on the running loop."""
    async with Ticker() as ticker, speaking.http_client() as http:
        yield Floor(ticker, http)


async def alone(opened: Opened) -> Outcome:
    """Talk out one turn on a loop of its own."""
    async with floor() as shared:
        return await talk(opened, shared)


async def talk(opened: Opened, shared: Floor) -> Outcome:
    """Hear all sides out, and return their answers or how they failed.

    What no longer fits the context of one side is forgotten by both, oldest first.
    """
    longest = max((len(each) for each in opened.earlier.values()), default=0)
    for forgotten in range(longest + 1):
        try:
            return await _talk(opened, forgotten, shared)
        except TooLong:
            logger.info("Turn %s is asked again with less history", opened.turn.pk)
        except Stopped:
            return battles.STOPPED
        except speaking.Lost as lost:
            logger.warning("Turn %s failed: %s", opened.turn.pk, lost)
            break
    return NEUTRAL_CODE


async def _talk(opened: Opened, forgotten: int, shared: Floor) -> dict[str, Answer]:
    """Hear all sides out, releasing their text on one tick."""
    tail_ticks = max(1, round(TAIL_S / settings.TICK_S))
    channel = Channel(Pacer(tail_ticks=tail_ticks, sides=list(opened.speakers)), opened.writer)
    heard: dict[str, asyncio.Task[Answer]] = {}
    is_stopped = False
    try:
        async with shared.ticker.following(channel), asyncio.TaskGroup() as group:
            for side, speaker in opened.speakers.items():
                asked = speaking.messages(opened.turn.prompt, opened.earlier[side][forgotten:])
                hearing = _hear(side, speaker, asked, channel, shared)
                heard[side] = group.create_task(hearing)
            keeping = group.create_task(_keep(opened))
            await channel.until_shown()
            keeping.cancel()
    except* Stopped:
        is_stopped = True
    except* battles.TurnNotAvailable:
        raise speaking.Lost("its person left, or another worker took over") from None
    except* (Fault, TimeoutError) as faults:
        raise _refusal(faults.exceptions) from None
    if is_stopped:
        return _shown(channel.pacer, heard)
    return {side: task.result() for side, task in heard.items()}


async def _hear(
    side: str,
    speaker: Speaker,
    asked: Sequence[Mapping[str, str]],
    channel: Channel,
    shared: Floor,
) -> Answer:
    """Hear one side; the engine's client watches for the first token and for silence."""

    def told(text: str) -> None:
        channel.pacer.add(side, text)
        if channel.pacer.can_begin:
            shared.ticker.hurry()

    async with asyncio.timeout(settings.ANSWER_TIMEOUT_S):
        answer = await speaking.hear(speaker, asked, http=shared.http, told=told)
    channel.pacer.end(side)
    return answer


async def _keep(opened: Opened) -> None:
    """Renew the lease while the sides talk; notice a wish to stop that Redis did not bring."""
    while True:
        await asyncio.sleep(RENEW_S)
        if await asyncio.to_thread(in_thread, _renew, opened.turn):
            raise Stopped


def in_thread(call: Callable[..., T], *given: object) -> T:
    """Ask the database from a thread that lives long."""
    close_old_connections()
    try:
        return call(*given)
    finally:
        close_old_connections()


def _renew(turn: Turn) -> bool:
    return battles.renew(turn=turn, now=timezone.now())


def _shown(pacer: Pacer, heard: Mapping[str, object]) -> dict[str, Answer]:
    """Return what everybody had shown when the person pressed stop: equally much of all."""
    shown = {side: pacer.told(side).rstrip() for side in heard}
    if not any(shown.values()):
        raise Stopped
    return {side: Answer(text) for side, text in shown.items()}


def _refusal(faults: Sequence[BaseException]) -> Exception:
    if any(isinstance(each, Fault) and each.code in REFUSALS for each in faults):
        return TooLong()
    return speaking.Lost(str(faults))
