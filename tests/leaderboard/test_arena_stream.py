"""The stream of a battle: both answers on one connection, told from rows when Redis is gone."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from arena import streams
from arena.models import Battle, Response, Turn
from arena.streams import Frame
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]

DONE = (Frame("A", "done", "Blue."), Frame("B", "done", "Red."))


@sync_to_async
def waiting_battle() -> Battle:
    return factories.battle(answers=None)


@sync_to_async
def write(battle: Battle, *frames: Frame, attempt: int = 1) -> None:
    writer = streams.Writer(turn_id=Turn.objects.get(battle=battle).pk, attempt=attempt)
    writer.add(*frames)
    writer.close()


@sync_to_async
def answer(battle: Battle) -> None:
    turn = Turn.objects.get(battle=battle)
    for side in "AB":
        Response.objects.create(turn=turn, side=side, text="Done.", finished_at=NOON)
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.READY)


async def opened(battle: Battle, voter: str = "ada", last_id: str = "") -> Any:
    client = await sync_to_async(voting.async_browser)(voter)
    headers = {"Last-Event-ID": last_id} if last_id else {}
    return await client.get(f"/arena/battles/{battle.pk}/stream/", headers=headers)


async def events(response: Any) -> list[str]:
    return [chunk.decode() async for chunk in response.streaming_content]


class TestStream:
    async def test_sends_both_sides_and_ends(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("A", "text", "Bl"), Frame("B", "text", "Re"), *DONE)

        response = await opened(battle)
        sent = await events(response)

        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert sent[1] == 'id: 1-1\nevent: text\ndata: {"side": "A", "text": "Bl"}\n\n'
        assert sent[2] == 'id: 1-2\nevent: text\ndata: {"side": "B", "text": "Re"}\n\n'
        assert sent[-1] == "event: end\ndata: {}\n\n"

    async def test_resumes_after_the_last_event(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("A", "text", "seen"), Frame("A", "text", "unseen"), *DONE)

        sent = "".join(await events(await opened(battle, last_id="1-1")))

        assert "unseen" in sent
        assert '"seen"' not in sent

    async def test_begins_anew_after_a_nonsense_id(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("A", "text", "first"), *DONE)

        sent = "".join(await events(await opened(battle, last_id="1-1; FLUSHALL")))

        assert '"first"' in sent

    async def test_sends_text_before_the_answer_is_complete(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("A", "text", "early"))
        content = aiter((await opened(battle)).streaming_content)

        async with asyncio.timeout(5):
            first = [(await anext(content)).decode() for _ in range(2)]

        assert "early" in first[1]

    async def test_stays_alive_while_nothing_is_written(self) -> None:
        battle = await waiting_battle()
        content = aiter((await opened(battle)).streaming_content)

        async with asyncio.timeout(5):
            first = [(await anext(content)).decode() for _ in range(2)]

        assert first[1] == ": alive\n\n"

    async def test_begins_anew_when_another_worker_takes_over(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("A", "text", "lost"))
        await write(battle, *DONE, attempt=2)

        sent = await events(await opened(battle))

        assert sent[2] == 'id: 2-1\nevent: anew\ndata: {"side": "", "text": ""}\n\n'

    async def test_ends_when_the_battle_fails_and_says_no_more(self) -> None:
        battle = await waiting_battle()
        await write(battle, Frame("", "failed", "ENGINE_LOST"))

        sent = await events(await opened(battle))

        assert sent[-1] == "event: end\ndata: {}\n\n"
        assert "ENGINE" not in "".join(sent)

    async def test_ends_from_the_rows_when_redis_is_gone(self, settings: Settings) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        battle = await waiting_battle()
        await answer(battle)

        async with asyncio.timeout(10):
            sent = await events(await opened(battle))

        assert sent[-1] == "event: end\ndata: {}\n\n"

    async def test_does_not_exist_for_anyone_else(self) -> None:
        battle = await waiting_battle()

        for voter in ("eve", ""):
            assert (await opened(battle, voter)).status_code == 404
