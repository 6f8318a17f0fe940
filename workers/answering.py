"""Answer a turn: ask both contenders at once, stream both, keep both answers.

Both get the same messages, sampling and length limit, and are released by one pacer on one tick.
The rows are written before the stream says `done`, so whoever reads `done` can vote. If one side
is lost the battle fails with a code that names no side. The stream may be lost without harm.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime

import httpx
from django.conf import settings
from django.utils import timezone

from arena import battles, streams
from arena.battles import Answer
from arena.models import Side, Turn
from arena.streams import Frame
from workers import speaking
from workers.engines.faults import Fault
from workers.pacing import Pacer
from workers.speaking import Speaker

logger = logging.getLogger(__name__)

NEUTRAL_CODE = "ENGINE_LOST"  # whatever happened, and on whichever side
TAIL_S = 2.0  # the longest that a finished answer is held back for the pace of the other


def answer_waiting(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Answer the turns whose doorbell was lost, and end those that killed their workers."""
    battles.give_up(now=clock())
    waiting = battles.waiting_turns(now=clock())
    for turn_id in waiting:
        answer(turn_id=turn_id, clock=clock)
    return len(waiting)


def answer(*, turn_id: int, clock: Callable[[], datetime] = timezone.now) -> None:
    """Answer one turn, unless another worker does or did."""
    try:
        turn = battles.claim(turn_id=turn_id, now=clock())
    except battles.TurnNotAvailable:
        return
    with closing(streams.Writer(turn_id=turn.pk, attempt=turn.attempt)) as stream:
        try:
            answers = _ask(turn, stream, now=clock())
            battles.finish(turn=turn, answers=answers, now=clock())
        except speaking.Lost as lost:
            logger.warning("Turn %s failed: %s", turn.pk, lost)
            battles.fail(turn=turn, code=NEUTRAL_CODE)
            stream.add(Frame("", "failed", NEUTRAL_CODE))
        except battles.TurnNotAvailable:
            logger.warning("Turn %s was taken over by another worker", turn.pk)
        else:
            stream.add(*(streams.done(each) for each in turn.responses.order_by("side")))


def _ask(turn: Turn, stream: streams.Writer, *, now: datetime) -> dict[str, Answer]:
    sides = {Side.A: turn.battle.contender_a, Side.B: turn.battle.contender_b}
    speakers = {side: speaking.speaker(each, now=now) for side, each in sides.items()}
    return asyncio.run(_converse(speakers, turn.prompt, stream))


async def _converse(
    speakers: Mapping[Side, Speaker], prompt: str, stream: streams.Writer
) -> dict[str, Answer]:
    """Hear both sides out, releasing their text on one tick; raise Lost if either is lost."""
    pacer = Pacer(tail_ticks=max(1, round(TAIL_S / settings.TICK_S)))
    try:
        async with speaking.http_client() as http, asyncio.TaskGroup() as group:
            heard = {
                side: group.create_task(_hear(side, speaker, prompt, pacer, http))
                for side, speaker in speakers.items()
            }
            group.create_task(_release(pacer, stream))
    except* (Fault, TimeoutError) as faults:
        raise speaking.Lost(str(faults.exceptions)) from None
    return {side: task.result() for side, task in heard.items()}


async def _hear(
    side: Side, speaker: Speaker, prompt: str, pacer: Pacer, http: httpx.AsyncClient
) -> Answer:
    async with asyncio.timeout(settings.ANSWER_TIMEOUT_S):
        answer = await speaking.hear(
            speaker, prompt, http=http, told=lambda text: pacer.add(side, text)
        )
    pacer.end(side)
    return answer


async def _release(pacer: Pacer, stream: streams.Writer) -> None:
    """Write what the pacer gives, every tick, until both sides were shown."""
    while not pacer.is_drained:
        await asyncio.sleep(settings.TICK_S)
        stream.add(*(Frame(side, "text", text) for side, text in pacer.release().items()))
