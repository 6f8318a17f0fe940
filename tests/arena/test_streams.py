"""Frames travel from a worker to a reader, survive a lost connection, and fall back to the rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import redis
from asgiref.sync import sync_to_async
from django.db import connections
from pytest_django import Settings

from arena import battles, streams
from arena.battles import Answer
from arena.models import Battle, Turn
from arena.streams import Frame, Writer
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

HELLO, WORLD = Frame("A", "text", "Hello <b>"), Frame("B", "text", "wörld\n")


@pytest.fixture
def turn() -> Turn:
    return factories.battle(answers=None).turns.get()


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    """Close the connection of the thread in which asynchronous queries run."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BLOCK_S", 0.05)


async def read(
    turn: Turn, last_id: str = streams.FIRST, *, count: int = 99
) -> list[tuple[str, Frame]]:
    """Return up to so many frames that are no ticks."""
    told: list[tuple[str, Frame]] = []
    async with asyncio.timeout(10), aclosing(streams.read(turn.pk, last_id)) as reader:
        async for frame_id, frame in reader:
            if frame.kind != "tick":
                told.append((frame_id, frame))
            if len(told) == count:
                break
    return told


def frames(told: list[tuple[str, Frame]]) -> list[Frame]:
    return [frame for _, frame in told]


def answered(turn: Turn) -> list[Frame]:
    """Write both answers to the rows, and return how they are told."""
    held = battles.claim(turn_id=turn.pk, now=turn.created_at)
    answers = {"A": Answer("Hello <b>"), "B": Answer("wörld", is_truncated=True)}
    battles.finish(turn=held, answers=answers, now=turn.created_at)
    connections.close_all()
    return [Frame("A", "done", "Hello <b>"), Frame("B", "done", "wörld", is_truncated=True)]


class TestReadAndWrite:
    async def test_tell_the_same_frames_in_order(self, valkey: redis.Redis, turn: Turn) -> None:
        writer = Writer(turn_id=turn.pk, attempt=1)
        writer.add(HELLO, WORLD)
        writer.add(Frame("", "failed", "ENGINE_LOST"))

        told = await read(turn)

        assert frames(told) == [HELLO, WORLD, Frame("", "failed", "ENGINE_LOST")]

    async def test_meet_while_the_answer_is_written(self, valkey: redis.Redis, turn: Turn) -> None:
        reading = asyncio.create_task(read(turn, count=2))
        await asyncio.sleep(0.2)
        writer = Writer(turn_id=turn.pk, attempt=1)

        writer.add(HELLO, WORLD)

        assert frames(await reading) == [HELLO, WORLD]

    async def test_go_on_after_the_last_frame_that_came(
        self, valkey: redis.Redis, turn: Turn
    ) -> None:
        writer = Writer(turn_id=turn.pk, attempt=1)
        writer.add(HELLO, WORLD)
        writer.add(Frame("A", "done", "Hello"), Frame("B", "done", "wörld"))
        [(first_id, _)] = await read(turn, count=1)

        told = await read(turn, first_id)

        assert frames(told) == [WORLD, Frame("A", "done", "Hello"), Frame("B", "done", "wörld")]

    @pytest.mark.parametrize("last_id", ["", "x", "1", "9" * 50 + "-1", "1-1\r\nX: y", "$", "-1-0"])
    async def test_begin_anew_after_a_nonsense_id(
        self, valkey: redis.Redis, turn: Turn, last_id: str
    ) -> None:
        Writer(turn_id=turn.pk, attempt=1).add(HELLO, WORLD)

        assert frames(await read(turn, last_id, count=1)) == [HELLO]

    async def test_tell_of_a_second_attempt(self, valkey: redis.Redis, turn: Turn) -> None:
        slow = Writer(turn_id=turn.pk, attempt=1)
        slow.add(HELLO)
        second = Writer(turn_id=turn.pk, attempt=2)
        slow.add(WORLD)  # overtaken: refused
        second.add(WORLD)

        told = await read(turn, count=3)

        assert frames(told) == [HELLO, Frame("", "anew"), WORLD]

    def test_expire_after_an_hour(self, valkey: redis.Redis, turn: Turn) -> None:
        Writer(turn_id=turn.pk, attempt=1).add(HELLO)

        assert 0 < int(valkey.ttl(streams.key(turn.pk))) <= streams.KEPT_S

    def test_keep_nothing_but_the_frame(self, valkey: redis.Redis, turn: Turn) -> None:
        Writer(turn_id=turn.pk, attempt=1).add(HELLO)

        assert valkey.xrange(streams.key(turn.pk)) == [
            (b"1-1", {b"side": b"A", b"kind": b"text", b"text": b"Hello <b>", b"cut": b""})
        ]


@pytest.mark.usefixtures("impatient")
class TestRows:
    async def test_tell_when_there_is_no_stream(self, valkey: redis.Redis, turn: Turn) -> None:
        expected = await asyncio.to_thread(answered, turn)

        assert frames(await read(turn)) == expected

    async def test_tell_of_a_failure(self, valkey: redis.Redis, turn: Turn) -> None:
        await Battle.objects.filter(pk=turn.battle_id).aupdate(
            state=Battle.State.FAILED, error_code="ENGINE_LOST"
        )

        assert frames(await read(turn)) == [Frame("", "failed", "ENGINE_LOST")]

    async def test_tell_when_the_stream_was_lost_midway(
        self, valkey: redis.Redis, turn: Turn
    ) -> None:
        Writer(turn_id=turn.pk, attempt=1).add(HELLO, WORLD)
        reading = asyncio.create_task(read(turn))
        await asyncio.sleep(0.2)

        valkey.flushall()
        expected = await asyncio.to_thread(answered, turn)

        assert frames(await reading) == [HELLO, WORLD, *expected]

    async def test_tell_when_redis_is_gone(self, turn: Turn, settings: Settings) -> None:
        settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
        Writer(turn_id=turn.pk, attempt=1).add(HELLO)  # no harm done
        reading = asyncio.create_task(read(turn))
        await asyncio.sleep(0.2)

        expected = await asyncio.to_thread(answered, turn)

        assert frames(await reading) == expected

    async def test_let_a_reader_wait_with_ticks(self, valkey: redis.Redis, turn: Turn) -> None:
        async with aclosing(streams.read(turn.pk)) as reader:
            told = [await anext(reader) for _ in range(2)]

        assert frames(told) == [streams.TICK, streams.TICK]
        assert told[0][0] == streams.FIRST
