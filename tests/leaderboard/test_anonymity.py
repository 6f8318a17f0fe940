"""Before the vote no byte depends on who is who: the same battle with the names exchanged."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from arena import streams
from arena.models import Battle, Response, Turn
from arena.streams import Frame
from evals.models import Contender
from leaderboard.api.callers import Caller
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]

TEXTS = ("It is **blue**.", "<think>hm</think>It is red.")
RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids of battles
    r"|(?<=csrfmiddlewaretoken\" value=\")\w+|(?<=csrftoken=)\w+|(?<=expires=)[^;]+"
    r"|(?<=Expires: )[^\n]+|(?<=ETag: )[^\n]+"  # a hash of the same bytes before masking
)
CANARIES = ("heron", "wren", "127.0.0.1:8100", "models/", "sha256", "served", "0000000")


def everything(response: Any, body: bytes) -> str:
    """Return every byte that a browser gets, but for what is random by design."""
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.items()))
    raw = f"{response.status_code}\n{headers}\n{response.cookies.output()}\n{body.decode()}"
    return RANDOM.sub("*", raw)


@sync_to_async
def contenders() -> tuple[Contender, Contender]:
    heron = factories.model("Heron")
    wren = factories.adapter("Wren", parent=factories.model())
    for each in (heron, wren):
        factories.deployment(each)
    return heron, wren


@sync_to_async
def battle(pair: tuple[Contender, Contender], **fields: Any) -> Battle:
    return factories.battle(*pair, **fields)


@sync_to_async
def stored(battle: Battle, pace: float) -> None:
    """Write both answers, the rest of the row differing as it does between two models."""
    turn = Turn.objects.get(battle=battle)
    for side, text in zip("AB", TEXTS, strict=True):
        Response.objects.create(
            turn=turn,
            side=side,
            text=text,
            tokens=int(7 * pace),
            first_token_s=0.1 * pace,
            seconds=pace,
            finished_at=NOON,
        )
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.READY)


@sync_to_async
def streamed(battle: Battle) -> None:
    writer = streams.Writer(turn_id=Turn.objects.get(battle=battle).pk, attempt=1)
    writer.add(*(Frame(side, "text", text) for side, text in zip("AB", TEXTS, strict=True)))
    writer.add(*(Frame(side, "done", text) for side, text in zip("AB", TEXTS, strict=True)))
    writer.close()


async def seen(address: str, **headers: str) -> str:
    client = await sync_to_async(voting.async_browser)()
    response: Any = await client.get(address, headers=headers)
    if not response.streaming:
        return everything(response, response.content)
    chunks = [chunk async for chunk in response.streaming_content]
    return everything(response, b"".join(chunks))


async def seen_before_the_vote(made: Battle, pace: float) -> list[str]:
    """Return all that a voter can get of a battle until they judge it."""
    bearer = f"Bearer {Caller('ada').token()}"
    page, stream = f"/arena/battles/{made.pk}/", f"/arena/battles/{made.pk}/stream/"
    api = f"/api/v1/battles/{made.pk}"
    writing = [await seen(page), await seen(api, Authorization=bearer)]
    await streamed(made)
    writing.append(await seen(stream))
    await stored(made, pace)
    return [*writing, await seen(page), await seen(stream), await seen(api, Authorization=bearer)]


class TestAnonymity:
    async def test_shows_the_same_bytes_with_the_names_exchanged(self) -> None:
        heron, wren = await contenders()
        one = await battle((heron, wren), answers=None)
        other = await battle((wren, heron), answers=None)

        first = await seen_before_the_vote(one, pace=1.0)
        second = await seen_before_the_vote(other, pace=9.0)

        assert first == second
        assert all(answer in first[3] for answer in ("<strong>blue</strong>", "It is red."))

    async def test_names_nothing_that_only_one_of_them_has(self) -> None:
        made = await battle(await contenders(), answers=None)

        bytes_seen = "\n".join(await seen_before_the_vote(made, pace=1.0)).lower()

        assert [canary for canary in CANARIES if canary in bytes_seen] == []

    async def test_holds_for_a_battle_that_fails(self) -> None:
        heron, wren = await contenders()
        failed = {"answers": None, "state": Battle.State.FAILED, "error_code": "ENGINE_LOST"}
        one = await battle((heron, wren), **failed)
        other = await battle((wren, heron), **failed)

        for suffix in ("", "stream/"):
            first = await seen(f"/arena/battles/{one.pk}/{suffix}")
            second = await seen(f"/arena/battles/{other.pk}/{suffix}")

            assert first == second

    async def test_ends_with_the_vote(self) -> None:
        made = await battle(await contenders())
        client = await sync_to_async(voting.browser)()

        await sync_to_async(client.post)(f"/arena/battles/{made.pk}/vote/", {"choice": "A"})

        assert "heron" in (await seen(f"/arena/battles/{made.pk}/")).lower()
