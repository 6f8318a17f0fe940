"""The stream of one turn: what its worker writes to Redis and the site reads from there.

A stream is a list of frames with ids, so a reader that lost its connection goes on where it was.
Text of both sides is added in one transaction per tick. Frames tell nothing but text: no name,
no token, no time. An id is `attempt-number`: Redis refuses an id below the newest, so a worker
that was overtaken cannot add to the stream of its successor.
The rows are the truth. A reader that finds no stream is told from them.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from redis import asyncio as async_redis
from redis.typing import EncodableT, FieldT

from arena.models import Battle, Response, Side, Turn

logger = logging.getLogger(__name__)

KEPT_S = 3600
MAX_FRAMES = 20_000
AT_ONCE = 100  # frames that one reader holds in memory
TIMEOUT_S = 2.0  # a server that does not answer by then is treated as gone
BLOCK_S = 1.0  # how long a reader waits before it looks at the rows
READ_LIMIT_S = 600.0  # then the reader ends; a page that still waits asks again
FIRST = "0-0"
ID = r"[0-9]{1,10}-[0-9]{1,10}"

Kind = Literal["text", "anew", "done", "failed", "tick"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing to show. `side` is "" for what concerns both.

    text: more text of a side; anew: forget the text so far, another worker took over;
    done: a side is complete, with its whole final text; failed: the battle failed, with its
    code; tick: nothing new, the connection is alive. A stream ends after both `done`, or `failed`.
    """

    side: str
    kind: Kind
    text: str = ""
    is_truncated: bool = False  # of a `done`: it met the length limit, equal for both sides

    @property
    def is_last(self) -> bool:
        """Say whether the stream ends here; side B is always written after side A."""
        return self.kind == "failed" or (self.kind == "done" and self.side == Side.B)


TICK = Frame("", "tick")
Told: TypeAlias = tuple[str, Frame]  # a frame with its id
Entry: TypeAlias = dict[bytes, bytes]
Parcel: TypeAlias = "tuple[Writer, Sequence[Frame]]"


def key(turn_id: int) -> str:
    """Return the name of a turn's stream."""
    return f"turn:{turn_id}"


class Writer:
    """Adds the frames of one attempt at a turn. Without Redis it stays silent: rows are kept."""

    def __init__(self, *, turn_id: int, attempt: int) -> None:
        self.turn_id, self.key = turn_id, key(turn_id)
        self._attempt, self._number = attempt, 0
        self._redis = connected()
        self.is_lost = False
        if attempt > 1:
            self.add(Frame("", "anew"))

    def add(self, *frames: Frame) -> None:
        """Add frames that readers get all at once."""
        send(self._redis, [(self, frames)])

    def close(self) -> None:
        """Give the connection back."""
        self._redis.close()

    def numbered(self, frames: Sequence[Frame]) -> Iterator[Told]:
        """Give each frame the id under which Redis takes it."""
        for frame in frames:
            self._number += 1
            yield f"{self._attempt}-{self._number}", frame


def connected() -> redis.Redis:
    """Return a client that gives up soon."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )


def send(client: redis.Redis, parcels: Sequence[Parcel]) -> set[int]:
    """Write the frames of many turns by one message; return those whose person pressed stop."""
    alive = [(writer, frames) for writer, frames in parcels if not writer.is_lost]
    if not alive:
        return set()
    batch = client.pipeline(transaction=True)
    for writer, frames in alive:
        told = list(writer.numbered(frames))
        for one, frame in told:
            batch.xadd(writer.key, _entry(frame), id=one, maxlen=MAX_FRAMES)
        if told:
            batch.expire(writer.key, KEPT_S)
    batch.mget([stop_key(writer.turn_id) for writer, _ in alive])
    try:
        stops = batch.execute()[-1]
    except redis.RedisError as error:
        for writer, _ in alive:
            writer.is_lost = True
        logger.warning("Streams of %s turns are lost, the rows will tell: %s", len(alive), error)
        return set()
    return {writer.turn_id for (writer, _), stop in zip(alive, stops, strict=True) if stop}


def ask_to_stop(turn_id: int) -> None:
    """Tell the worker of a turn at once that its person pressed stop; the row tells it later."""
    with connected() as client:
        try:
            client.set(stop_key(turn_id), 1, ex=KEPT_S)
        except redis.RedisError as error:
            logger.warning("Turn %s stops when its worker next looks: %s", turn_id, error)


def stop_key(turn_id: int) -> str:
    """Return the name under which a wish to stop is left."""
    return f"stop:{turn_id}"


async def read(turn_id: int, last_id: str = FIRST) -> AsyncGenerator[Told, None]:
    """Yield the frames after `last_id` as they come, each with its id, until the battle ends."""
    last_id = last_id if re.fullmatch(ID, last_id) else FIRST
    frames = await _told_by_rows(turn_id, last_id)  # over already: no need of the stream
    deadline = time.monotonic() + READ_LIMIT_S
    client = async_redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BLOCK_S + TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
    async with client:
        while time.monotonic() < deadline:
            for last_id, frame in frames:
                yield last_id, frame
                if frame.is_last:
                    return
            frames = await _told_by_stream(client, turn_id, last_id)
            if not frames:
                frames = await _told_by_rows(turn_id, last_id) or [(last_id, TICK)]


async def _told_by_stream(client: async_redis.Redis, turn_id: int, last_id: str) -> list[Told]:
    """Return the frames after `last_id`, waiting a moment for them; none if Redis is gone."""
    try:
        found = await client.xread(
            {key(turn_id): last_id}, count=AT_ONCE, block=int(BLOCK_S * 1000)
        )
    except redis.RedisError as error:
        logger.warning("Reading turn %s from its rows: %s", turn_id, error)
        await asyncio.sleep(BLOCK_S)
        return []
    entries = cast("list[tuple[bytes, list[tuple[bytes, Entry]]]]", found)
    return [(one.decode(), _frame(entry)) for _, told in entries for one, entry in told]


async def _told_by_rows(turn_id: int, last_id: str) -> list[Told]:
    """Return how the turn ended, if it did."""
    try:
        turn = await Turn.objects.select_related("battle").aget(pk=turn_id)
        if turn.error_code or turn.battle.state in (Battle.State.FAILED, Battle.State.ABANDONED):
            return [(last_id, Frame("", "failed", turn.error_code or turn.battle.error_code))]
        answers = [each async for each in Response.objects.filter(turn=turn).order_by("side")]
    finally:  # a stream lasts long: it holds no connection between two looks
        await sync_to_async(connections.close_all)()
    return [(last_id, frame) for frame in endings(answers)]


def endings(answers: Sequence[Response]) -> list[Frame]:
    """Return the frames that complete a turn, none while it is not; in a chat nobody is B."""
    if not answers:
        return []
    frames = [done(each) for each in answers]
    return frames if len(frames) == len(Side) else [*frames, Frame(Side.B, "done")]


def done(response: Response) -> Frame:
    """Return the frame that completes one side."""
    return Frame(response.side, "done", response.text, response.is_truncated)


def _entry(frame: Frame) -> dict[FieldT, EncodableT]:
    cut = b"1" if frame.is_truncated else b""
    side, kind, text = (each.encode() for each in (frame.side, frame.kind, frame.text))
    return {b"side": side, b"kind": kind, b"text": text, b"cut": cut}


def _frame(entry: Entry) -> Frame:
    side, kind, text, cut = (entry[name].decode() for name in (b"side", b"kind", b"text", b"cut"))
    return Frame(side, cast("Kind", kind), text, is_truncated=bool(cut))
