"""The door of the web processes: one thread a request, streams on the loop, health always."""

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connection, connections

from arena import streams
from arena.models import Battle, Turn
from arena.streams import Frame
from leaderboard.web.one_thread import THREADS, WAITING, OneThreadHandler
from tests import factories
from tests.leaderboard import voting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]


PATIENCE_S = 60  # the first page of all loads every other


def opened(path: str, cookie: str = "", handler: OneThreadHandler | None = None) -> Any:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())],
    }
    return ApplicationCommunicator(handler or OneThreadHandler(), scope)  # type: ignore[no-untyped-call]


async def asked(page: Any) -> int:
    await page.send_input({"type": "http.request"})
    return int((await page.receive_output(PATIENCE_S))["status"])


@sync_to_async
def told_battle() -> tuple[Battle, str]:
    battle = factories.battle(answers=None)
    writer = streams.Writer(turn_id=Turn.objects.get().pk, attempt=1)
    writer.add(Frame("A", "text", "early"), Frame("B", "text", "bird"))
    writer.close()
    cookie = voting.browser().cookies[settings.SESSION_COOKIE_NAME].value
    return battle, f"{settings.SESSION_COOKIE_NAME}={cookie}"


class TestOneThreadHandler:
    async def test_answers_pages(self) -> None:
        assert await asked(opened("/arena/")) == 200
        assert await asked(opened("/contenders/nobody/")) == 404

    async def test_streams_while_the_answer_is_written(self) -> None:
        battle, cookie = await told_battle()
        page = opened(f"/arena/battles/{battle.pk}/stream/", cookie)

        status = await asked(page)
        sent = b"".join([(await page.receive_output(PATIENCE_S))["body"] for _ in range(2)])

        assert status == 200
        assert b"early" in sent
        await page.send_input({"type": "http.disconnect"})
        await page.wait(PATIENCE_S)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="others come from a pool")
    async def test_keeps_sqlite_open_between_requests(self) -> None:
        handler = OneThreadHandler()
        handler._threads = ThreadPoolExecutor(1)
        seen: set[int] = set()

        def look() -> None:
            seen.add(id(connections["default"].connection))

        for _ in range(2):
            await asked(opened("/contenders/nobody/", handler=handler))
            handler._threads.submit(look).result()
        handler._threads.submit(connections.close_all).result()

        assert len(seen) == 1
        assert id(None) not in seen

    async def test_leaves_no_stream_behind_when_its_reader_goes(self) -> None:
        battle, cookie = await told_battle()
        page = opened(f"/arena/battles/{battle.pk}/stream/", cookie)
        await asked(page)

        await page.send_input({"type": "http.disconnect"})
        await page.wait(PATIENCE_S)

        assert page.future.done()

    async def test_tells_of_its_health_however_busy_it_is(self) -> None:
        handler, release = OneThreadHandler(), threading.Event()
        for _ in range(200):
            handler._threads.submit(release.wait)

        try:
            async with asyncio.timeout(PATIENCE_S):
                status = await asked(opened("/healthz", handler=handler))
        finally:
            release.set()

        assert status == 200

    def test_is_loaded_before_any_setting_is_read(self) -> None:
        program = "import leaderboard.web.one_thread; import sys; sys.exit('ninja' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

    async def test_sends_away_whom_nobody_would_answer_in_time(self) -> None:
        handler = OneThreadHandler()
        handler._inside = THREADS + WAITING

        sent = [opened(path, handler=handler) for path in ("/", "/api/v1/board")]
        for each in sent:
            await each.send_input({"type": "http.request"})
        heads = [await each.receive_output(PATIENCE_S) for each in sent]
        page, told = [(await each.receive_output(PATIENCE_S))["body"] for each in sent]

        assert [head["status"] for head in heads] == [503, 503]
        assert all((b"retry-after", b"3") in head["headers"] for head in heads)
        assert b"Try it again" in page
        assert json.loads(told)["code"] == "SITE_BUSY"
        assert await asked(opened("/healthz", handler=handler)) == 200

    async def test_counts_only_who_is_inside(self) -> None:
        handler = OneThreadHandler()

        await asked(opened("/contenders/nobody/", handler=handler))

        assert handler._inside == 0
