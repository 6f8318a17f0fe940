"""What one stranger was sent is sent to the next one as it is, until the data may have changed."""

import gzip
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from pytest_django import Settings

from evals.models import Contender
from leaderboard.boards import snapshots
from leaderboard.web.one_thread import OneThreadHandler
from leaderboard.web.ready_answers import HoldingResponse, Ready, Shelf
from tests import factories

PATIENCE_S = 60  # the first page of all loads every other
PAGE = "a page that is long enough to be worth compressing " * 40


def scope(path: str = "/", **headers: str) -> dict[str, Any]:
    told = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *told],
    }


def page(text: str = PAGE, *, holds_s: float = 60.0) -> HoldingResponse:
    answer = HoldingResponse(text)
    answer.headers["ETag"] = '"one"'
    answer.holds_until = time.monotonic() + holds_s
    return answer


def kept(asked: dict[str, Any], answer: HoldingResponse, again: dict[str, Any]) -> Ready | None:
    shelf = Shelf()
    shelf.keep(asked, answer)
    return shelf.find(again)


class TestShelf:
    def test_sends_the_same_to_the_next_stranger(self) -> None:
        ready = kept(scope(), page(), scope())

        assert ready is not None
        assert ready.body.decode() == PAGE

    @pytest.mark.parametrize(
        "other",
        [
            scope("/charts/"),
            scope() | {"query_string": b"q=x"},
            scope() | {"method": "HEAD"},
            scope() | {"scheme": "https"},
            scope(accept_language="fr"),
            scope(accept_encoding="gzip"),
            scope(authorization="Bearer x"),
            scope(cookie=f"{settings.SESSION_COOKIE_NAME}=x"),
            scope(cookie=f"{settings.LANGUAGE_COOKIE_NAME}=fr"),
            scope(cookie="messages=x"),
        ],
    )
    def test_is_not_for_who_asks_otherwise(self, other: dict[str, Any]) -> None:
        assert kept(scope(), page(), other) is None

    def test_lets_go_what_no_longer_holds(self) -> None:
        assert kept(scope(), page(holds_s=-1), scope()) is None

    def test_keeps_nothing_that_sets_a_cookie(self) -> None:
        answer = page()
        answer.set_cookie("anything", "x")

        assert kept(scope(), answer, scope()) is None

    def test_compresses_once_for_who_can_read_it(self) -> None:
        answer, asked = page(), scope(accept_encoding="br, gzip")

        ready = kept(asked, answer, asked)

        assert ready is not None
        assert gzip.decompress(ready.body).decode() == PAGE
        assert answer.headers["Content-Length"] == str(len(ready.body))
        assert (answer.headers["ETag"], answer.headers["Vary"]) == ('W/"one"', "Accept-Encoding")

    def test_forgets_the_least_recently_wanted_when_full(self) -> None:
        shelf = Shelf(most=2 * len(PAGE))
        shelf.keep(scope("/a/"), page())
        shelf.keep(scope("/b/"), page())
        shelf.find(scope("/a/"))
        shelf.keep(scope("/c/"), page())

        found = [path for path in ("/a/", "/b/", "/c/") if shelf.find(scope(path))]

        assert found == ["/a/", "/c/"]


class TestReady:
    @pytest.mark.parametrize(
        ("told", "status"),
        [('"one"', 304), ('W/"one"', 304), ('"zero", W/"one"', 304), ('"other"', 200)],
    )
    async def test_is_not_sent_to_who_has_it(self, told: str, status: int) -> None:
        ready = kept(scope(), page(), scope())
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        assert ready is not None
        await ready.send(scope(if_none_match=told), send)

        start, body = sent
        assert start["status"] == status
        assert bool(body["body"]) == (status == 200)
        assert (b"ETag", b'"one"') in start["headers"]


@pytest.mark.django_db(transaction=True)
class TestOneThreadHandler:
    async def sent(self, handler: OneThreadHandler, **headers: str) -> tuple[int, bytes]:
        opened: Any = ApplicationCommunicator(handler, scope(**headers))  # type: ignore[no-untyped-call]
        await opened.send_input({"type": "http.request"})
        status = (await opened.receive_output(PATIENCE_S))["status"]
        body, more = b"", True
        while more:
            piece = await opened.receive_output(PATIENCE_S)
            body, more = body + piece["body"], piece.get("more_body", False)
        return int(status), body

    @pytest.fixture(autouse=True)
    def shelf(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(snapshots, "_shelf", snapshots.Shelf())

    async def test_answers_from_memory_while_it_holds(self, settings: Settings) -> None:
        settings.BOARD_CHECK_S = 600
        handler = OneThreadHandler()
        await sync_to_async(factories.model)("Heron")
        first = await self.sent(handler)
        await sync_to_async(Contender.objects.update)(name="Renamed behind its back")

        assert await self.sent(handler) == first
        assert b"Heron" in first[1]

    async def test_shows_what_is_new_where_nothing_holds(self, settings: Settings) -> None:
        settings.BOARD_CHECK_S = 0
        handler = OneThreadHandler()
        await self.sent(handler)
        await sync_to_async(factories.model)("Newcomer")

        assert b"Newcomer" in (await self.sent(handler))[1]
