"""Readers that vanish or dawdle, and requests that hang: whoever behaves does not notice."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from statistics import quantiles
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis
from django.conf import settings as site_settings
from django.db import connection

from arena import streams
from arena.models import Battle
from arena.streams import Frame
from tests import factories
from tests.fault import voting
from tests.fault.processes import Place, Web, database_url, eventually, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

READERS = 200
SLOW = 50
BUFFER_BYTES = 4096
WORDS = "word " * 400  # 8 MB in all: more than the system keeps for one connection
GROWTH_BYTES = 64 * 2**20


@pytest.fixture
def streaming(place: Place, valkey: redis.Redis) -> Iterator[Web]:
    """Start a site whose streams come through Valkey, and that cuts whoever reads nothing."""
    place.redis_url = site_settings.REDIS_URL
    with web(place, READER_TIMEOUT_S="15") as started:
        yield started


def battle(number: int = 0) -> Battle:
    """Return a battle that is being answered, with a first word in its stream."""
    made = factories.battle(answers=None, voter=f"reader-{number}")
    tell(made, "word")
    return made


def tell(battle: Battle, *texts: str, attempt: int = 1) -> None:
    writer = streams.Writer(turn_id=battle.turns.get().pk, attempt=attempt)
    writer.add(*(Frame(side, "text", text) for text in texts for side in "AB"))
    writer.close()


def reader(site: Web, battle: Battle, *, buffer_bytes: int = 0) -> socket.socket:
    """Return a socket that has asked for the stream of a battle."""
    address = urlsplit(site.url)
    plug = socket.socket()
    if buffer_bytes:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    plug.connect((address.hostname, address.port))
    token = voting.token(battle.voter)["Authorization"]
    plug.sendall(
        f"GET /api/v1/battles/{battle.pk}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: {token}\r\n\r\n".encode()
    )
    return plug


def holds(site: Web, valkey: redis.Redis) -> tuple[int, int, int]:
    """Return the descriptors and threads of the web processes, and Valkey's clients."""
    servers = site.servers()
    descriptors = sum(each.num_fds() for each in servers)
    return descriptors, sum(each.num_threads() for each in servers), len(valkey.client_list())


def vanish(site: Web, valkey: redis.Redis, battles: list[Battle]) -> None:
    """Have 200 readers come, and leave without a word while their streams go on."""
    with ExitStack() as open_sockets:
        for number in range(READERS):
            plug = reader(site, battles[number % len(battles)])
            open_sockets.enter_context(closing(plug))
            if number % 20 == 19:  # as many as listen's queue takes at once
                read_until(plug, b"word")
        assert eventually(lambda: len(valkey.client_list()) >= READERS)


@pytest.mark.fault("F33", "200 readers of streams vanish")
def test_vanished_readers_leave_nothing_behind(
    streaming: Web, valkey: redis.Redis, recovery: dict[str, float]
) -> None:
    battles = [battle(number) for number in range(20)]
    vanish(streaming, valkey, battles)
    assert eventually(lambda: len(valkey.client_list()) <= 3, within_s=60)
    before = holds(streaming, valkey)

    vanish(streaming, valkey, battles)
    left_at = time.monotonic()

    def are_forgotten() -> bool:
        descriptors, threads, clients = holds(streaming, valkey)
        return (
            descriptors <= before[0] + 40 and threads <= before[1] + 10 and clients <= before[2] + 2
        )

    assert eventually(are_forgotten, within_s=60), (before, holds(streaming, valkey))
    recovery["seconds"] = round(time.monotonic() - left_at, 1)
    assert httpx.get(f"{streaming.url}/healthz").status_code == 200


def read_until(plug: socket.socket, wanted: bytes, *, within_s: float = 20) -> bytes:
    plug.settimeout(within_s)
    seen = b""
    while wanted not in seen and (piece := plug.recv(65_536)):
        seen += piece
    return seen


def p95_s(site: Web, *, count: int = 60) -> float:
    """Return how long nearly every reader of the board waits."""
    with httpx.Client() as client:
        times = [
            client.get(f"{site.url}/api/v1/board").elapsed.total_seconds() for _ in range(count)
        ]
    return quantiles(times, n=20)[18]


def memory_bytes(site: Web) -> int:
    return sum(int(each.memory_info().rss) for each in site.servers())


def is_idle(site: Web) -> bool:
    return sum(each.cpu_percent(0.2) for each in site.servers()) < 20


@pytest.mark.fault("F34", "50 readers of long streams take a byte a second")
def test_slow_readers_are_cut_and_slow_nobody_down(
    streaming: Web, valkey: redis.Redis, recovery: dict[str, float]
) -> None:
    long = battle()
    for attempt in range(2, 12):
        tell(long, *[WORDS] * 200, attempt=attempt)
    p95_s(streaming)
    alone_s, alone_bytes = p95_s(streaming), memory_bytes(streaming)
    with ExitStack() as open_sockets:
        slow = [
            open_sockets.enter_context(closing(reader(streaming, long, buffer_bytes=BUFFER_BYTES)))
            for _ in range(SLOW)
        ]
        began = time.monotonic()
        for plug in slow:
            plug.recv(1)
        eventually(lambda: is_idle(streaming), within_s=10)  # nothing more fits between us
        beside_s = p95_s(streaming)
        beside_bytes = memory_bytes(streaming)
        assert eventually(lambda: len(valkey.client_list()) <= 3, within_s=30), holds(
            streaming, valkey
        )
        recovery["seconds"] = round(time.monotonic() - began, 1)

    assert beside_s <= max(2 * alone_s, 0.2)
    assert beside_bytes - alone_bytes < GROWTH_BYTES


@contextmanager
def votes_held_up() -> Iterator[None]:
    """Have every vote wait for a lock that somebody else holds."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            yield
            cursor.execute("ROLLBACK")
        return
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE arena_vote IN EXCLUSIVE MODE")
        yield
        other.rollback()


@pytest.mark.fault("F43", "100 votes at once wait for a lock, two at a time in every thread")
def test_slow_requests_hold_up_neither_health_nor_streams(
    streaming: Web, recovery: dict[str, float]
) -> None:
    told = battle()
    [voter] = voting.voters(streaming.url, 1, battles=100)
    statuses: list[int] = []

    def cast(client: httpx.Client, battle_id: str) -> None:
        address = f"{streaming.url}/api/v1/battles/{battle_id}/vote"
        statuses.append(client.post(address, json={"choice": "A"}, timeout=60).status_code)

    alone = httpx.get(f"{streaming.url}/healthz").elapsed.total_seconds()
    limits = httpx.Limits(max_connections=None)
    with (
        httpx.Client(headers=voting.token(voter.name), limits=limits) as client,
        closing(reader(streaming, told)) as plug,
    ):
        read_until(plug, b"word")
        threads = [
            threading.Thread(target=cast, args=(client, battle_id)) for battle_id in voter.battles
        ]
        with votes_held_up():
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            healths = [httpx.get(f"{streaming.url}/healthz", timeout=10) for _ in range(3)]
            tell(told, "later", attempt=2)
            seen_at = time.monotonic()
            assert b"later" in read_until(plug, b"later", within_s=5)
            recovery["seconds"] = round(time.monotonic() - seen_at, 2)
        for thread in threads:
            thread.join()

    assert {health.status_code for health in healths} == {200}
    assert max(health.elapsed.total_seconds() for health in healths) < alone + 1
    assert len(statuses) == 100
    assert set(statuses) <= {201, 503}
    assert json.loads(healths[-1].text)["parts"]["database"]["holds"]
