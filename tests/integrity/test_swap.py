"""Noninterference: a battle with its contenders exchanged is the same battle, byte by byte.

Every address a voter can ask before the vote is asked, by page, stream and API, while the answers
are being written and after; through think blocks, cuts, refused votes and engines that fail.
"""

import re
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from pytest_django import Settings

from arena import streams
from arena.models import Battle, Response, Turn
from arena.streams import Frame
from evals.models import Contender
from leaderboard.api.callers import Caller
from tests import factories
from tests.conftest import NOON
from tests.leaderboard import voting
from tests.leaderboard.test_anonymity import CANARIES, everything, seen
from tests.workers import turns
from tests.workers.stub_llm import Stub, serve
from workers import answering

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]
SIGNED = re.compile(r":1[A-Za-z0-9]{5}:[\w-]{43}")  # the second at which a cookie was signed
Said = tuple[str, bool]  # a text, and whether it was cut
CASES: dict[str, tuple[Said, Said]] = {
    "plain": (("It is **blue**.", False), ("Red.", False)),
    "thinking": (("<think>heavy thought</think>Blue.", False), ("Red.", False)),
    "cut": (("and so on and", True), ("Red.", False)),
    "both cut": (("and so on and", True), ("and on", True)),
    "empty": (("", False), ("Red.", False)),
    "code": (("```python\nprint(1)\n```", False), ("| a | b |\n|---|---|\n| 1 | 2 |", False)),
}


def pair() -> tuple[Contender, Contender]:
    """Return two contenders that differ in everything a row can differ in."""
    heron = factories.model("Heron", parameters=9_000_000_000, licence="mit")
    wren = factories.adapter("Wren", parent=factories.model("Wren base"), rank=64)
    factories.deployment(heron, url="http://127.0.0.1:8100/v1")
    factories.deployment(wren, url="http://127.0.0.1:8177/v1", served_name="wren-lora")
    return heron, wren


def told(battle: Battle, said: tuple[Said, Said], pace: float) -> None:
    """Write both answers to the stream and the rows, measured as the two contenders differ."""
    turn = Turn.objects.get(battle=battle)
    writer = streams.Writer(turn_id=turn.pk, attempt=1)
    writer.add(*(Frame(side, "text", text) for side, (text, _) in zip("AB", said, strict=True)))
    for side, (text, is_cut) in zip("AB", said, strict=True):
        Response.objects.create(
            turn=turn,
            side=side,
            text=text,
            is_truncated=is_cut,
            tokens=int(11 * pace),
            first_token_s=pace / 7,
            seconds=pace,
            finished_at=NOON,
        )
    writer.add(*streams.endings(list(turn.responses.order_by("side"))))
    writer.close()
    Battle.objects.filter(pk=battle.pk).update(state=Battle.State.READY)


async def all_seen(battle: Battle, said: tuple[Said, Said], pace: float) -> list[str]:
    """Return every byte that can be had of a battle until it is judged."""
    before = [*await refused_votes(battle), *await read(battle)]
    await sync_to_async(told)(battle, said, pace)
    bearer = {"Authorization": f"Bearer {Caller('ada').token()}"}
    listed = [await seen("/arena/votes/"), await seen("/api/v1/votes", **bearer)]
    return [*before, *await read(battle, is_told=True), *listed, await seen("/arena/")]


async def read(battle: Battle, *, is_told: bool = False) -> list[str]:
    page, bearer = f"/arena/battles/{battle.pk}/", f"Bearer {Caller('ada').token()}"
    found = [await seen(page), await seen(page, **{"HX-Request": "true"})]
    found.append(await seen(f"/api/v1/battles/{battle.pk}", Authorization=bearer))
    if is_told:
        stream = f"{page}stream/"
        found += [await seen(stream), await seen(stream, **{"Last-Event-ID": "1-1"})]
    return found


@sync_to_async
def refused_votes(battle: Battle) -> list[str]:
    """Return what a vote that comes too early, or means nothing, is told."""
    client, api = voting.browser(), f"/api/v1/battles/{battle.pk}/vote"
    bearer = {"authorization": f"Bearer {Caller('ada').token()}"}
    found: list[Any] = [
        client.post(f"/arena/battles/{battle.pk}/vote/", {"choice": choice})
        for choice in ("A", "C")
    ]
    found += [
        client.post(api, {"choice": choice}, content_type="application/json", headers=bearer)
        for choice in ("B", "C")
    ]
    return [SIGNED.sub(":*", everything(each, each.content)) for each in found]


class TestSwap:
    @pytest.mark.parametrize("case", CASES)
    def test_changes_no_byte_before_the_vote(self, case: str) -> None:
        heron, wren = pair()
        one = factories.battle(heron, wren, answers=None)
        other = factories.battle(wren, heron, answers=None)

        first = async_to_sync(all_seen)(one, CASES[case], 1.0)
        second = async_to_sync(all_seen)(other, CASES[case], 9.0)

        assert first == second
        assert sum(map(len, first)) > 10_000

    def test_leaves_no_canary_anywhere(self) -> None:
        battle = factories.battle(*pair(), answers=None)

        bytes_seen = "\n".join(async_to_sync(all_seen)(battle, CASES["plain"], 1.0)).lower()

        assert [each for each in (*CANARIES, "8177", "wren-lora") if each in bytes_seen] == []


class TestFailing:
    @pytest.fixture
    def stub(self, settings: Settings) -> Any:
        settings.ANSWER_TIMEOUT_S = 5
        with serve(turns.SCRIPTS) as served:
            yield served

    def seen_of(self, turn: Turn) -> list[str]:
        answering.answer(turn_id=turn.pk, clock=lambda: NOON)
        page = f"/arena/battles/{turn.battle_id}/"
        bearer = f"Bearer {Caller('ada').token()}"

        async def ask() -> list[str]:
            api = f"/api/v1/battles/{turn.battle_id}"
            return [await seen(page), await seen(api, Authorization=bearer)]

        return async_to_sync(ask)()

    @pytest.mark.parametrize("fault", ["broken", "unknown-name"])
    def test_tells_neither_side_nor_host(self, stub: Stub, fault: str) -> None:
        one = self.seen_of(turns.asked(stub, fault, "short"))
        other = self.seen_of(turns.asked(stub, "short", fault))

        assert one == other
        assert stub.url.split("//")[1].split("/")[0] not in "".join(one)
        assert fault not in "".join(one)


class TestEnd:
    def test_comes_with_the_vote(self, valkey: redis.Redis, client: Client) -> None:
        battle = factories.battle(*pair())

        voting.browser().post(f"/arena/battles/{battle.pk}/vote/", {"choice": "A"})

        assert "Heron" in voting.browser().get("/arena/votes/").content.decode()
