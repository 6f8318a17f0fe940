"""Answer a turn: claim it, have all sides talk, keep what they said.

The rows are written before the stream says `done`, so whoever reads `done` can vote. If one side
is lost the turn fails with a code that names no side. The stream may be lost without harm.
Here is what needs the database; the talking itself is in `workers.talking`.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from django.utils import timezone

from arena import battles, conversations, streams
from arena.streams import Frame
from workers import speaking, talking
from workers.talking import NEUTRAL_CODE, Opened, Outcome

logger = logging.getLogger(__name__)


def answer_waiting(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Answer the turns whose doorbell was lost, and end those that killed their workers."""
    battles.give_up(now=clock())
    waiting = battles.waiting_turns(now=clock())
    for turn_id in waiting:
        answer(turn_id=turn_id, clock=clock)
    return len(waiting)


def answer(*, turn_id: int, clock: Callable[[], datetime] = timezone.now) -> None:
    """Answer one turn, unless another worker does or did."""
    opened = open_turn(turn_id, clock=clock)
    if opened is not None:
        close_turn(opened, asyncio.run(talking.alone(opened)), clock=clock)


def open_turn(turn_id: int, *, clock: Callable[[], datetime] = timezone.now) -> Opened | None:
    """Claim a turn and find its speakers; None when there is nothing left to do."""
    try:
        turn = battles.claim(turn_id=turn_id, now=clock())
    except battles.TurnNotAvailable:
        return None
    writer = streams.Writer(turn_id=turn.pk, attempt=turn.attempt)
    pair = (turn.battle.contender_a, turn.battle.contender_b)
    sides = dict(zip(turn.battle.sides, pair, strict=False))
    opened = Opened(turn, {}, conversations.history(turn), writer)
    if turn.stopped_at is not None:  # pressed before anybody was asked
        close_turn(opened, battles.STOPPED, clock=clock)
        return None
    try:
        for side, contender in sides.items():
            opened.speakers[side] = speaking.speaker(contender, now=clock())
    except speaking.Lost as lost:
        logger.warning("Turn %s failed: %s", turn.pk, lost)
        close_turn(opened, NEUTRAL_CODE, clock=clock)
        return None
    return opened


def close_turn(
    opened: Opened, outcome: Outcome, *, clock: Callable[[], datetime] = timezone.now
) -> None:
    """Write down how a turn ended, then have its stream say so."""
    turn = opened.turn
    with closing(opened.writer) as stream:
        try:
            if isinstance(outcome, str):
                battles.fail(turn=turn, code=outcome, now=clock())
                stream.add(Frame("", "failed", outcome))
            else:
                battles.finish(turn=turn, answers=outcome, now=clock())
                stream.add(*streams.endings(list(turn.responses.order_by("side"))))
        except battles.TurnNotAvailable:
            logger.warning("Turn %s was taken over by another worker, or left", turn.pk)
