"""Engines that die, hang, or leave something behind: told soon, not drawn, and buried."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
import redis
from django.conf import settings as site_settings
from django.utils import timezone
from pytest_django import Settings

from arena.models import Battle, Vote
from evals import directories
from evals.models import Contender, Deployment
from tests import evil_llm, factories
from tests.evals import trees
from tests.evil_llm import EvilLLM
from tests.fault.processes import Place, Web, eventually, process, web, worker
from tests.fault.queueing import QUICK
from tools import private_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

HASTE = {**QUICK, "SILENCE_S": "1", "LOOK_S": "1"}


@pytest.fixture
def evil() -> Iterator[EvilLLM]:
    with evil_llm.serving() as serving:
        yield serving


@pytest.fixture
def arena(place: Place, valkey: redis.Redis) -> Iterator[Web]:
    """Start a site and a worker that answers."""
    place.redis_url = site_settings.REDIS_URL
    with web(place, workers=1) as site, worker(place, queue="answers", **HASTE):
        yield site


def answered_by(evil: EvilLLM, *names: str, machine: str = "here", **fields: object) -> None:
    """Have two contenders answer as these names of the evil server do."""
    for name in names:
        factories.deployment(
            factories.model(name), machine=machine, url=evil.url, served_name=name, **fields
        )


def begun(site: Web) -> tuple[httpx.Client, str]:
    """Begin a battle, and return whose it is."""
    started = httpx.post(f"{site.url}/api/v1/battles", json={"prompt": "2+2?"}, timeout=10)
    assert started.status_code == 201, started.text
    told = started.json()
    headers = {"Authorization": f"Bearer {told['token']}"}
    return httpx.Client(base_url=f"{site.url}/api/v1", headers=headers), told["id"]


def fails(site: Web) -> float:
    """Begin a battle that fails, and return after how long."""
    client, battle = begun(site)
    began = time.monotonic()
    with client:
        assert eventually(
            lambda: client.get(f"/battles/{battle}").json()["state"] == "FAILED", within_s=20
        ), client.get(f"/battles/{battle}").text
        took = time.monotonic() - began
        vote = client.post(f"/battles/{battle}/vote", json={"choice": "A"})
    assert (vote.status_code, vote.json()["code"]) == (409, "BATTLE_FAILED")
    return took


@pytest.mark.fault("F29", "the engine dies amid an answer")
def test_a_dying_engine_fails_the_battle_and_nothing_else(
    arena: Web, evil: EvilLLM, rounds: int, recovery: dict[str, float]
) -> None:
    answered_by(evil, "good", "closes-midway", answered_at=timezone.now() + timedelta(hours=1))

    times = [fails(arena) for _ in range(rounds)]

    assert max(times) < 10
    assert not Vote.objects.exists()
    assert set(Battle.objects.values_list("error_code", flat=True)) == {"ENGINE_LOST"}
    client, _ = begun(arena)  # and a new one can be begun
    client.close()
    recovery |= {"seconds": round(max(times), 1), "rounds": rounds}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("stall", marks=pytest.mark.fault("F30", "the engine sends no first token")),
        pytest.param("stall-midway", marks=pytest.mark.fault("F30", "the engine stops midway")),
    ],
)
def test_a_silent_engine_is_left_and_its_slot_is_free(
    arena: Web, evil: EvilLLM, name: str, rounds: int, recovery: dict[str, float]
) -> None:
    answered_by(evil, "good", name, answered_at=timezone.now() + timedelta(hours=1))

    times = [fails(arena) for _ in range(rounds)]

    assert eventually(lambda: evil.open == 0, within_s=5), evil.open
    recovery |= {"seconds": round(max(times), 1), "rounds": rounds}


@pytest.mark.fault("F31", "the engine says it is healthy and gives no token")
def test_an_engine_without_tokens_is_drawn_no_more_until_it_has_some(
    arena: Web, evil: EvilLLM, rounds: int, recovery: dict[str, float]
) -> None:
    answered_by(evil, "good", "well", machine="outside:evil")
    down = Deployment.objects.filter(state="DOWN", reason__startswith="ENGINE_TIMEOUT")
    ready = Deployment.objects.healthy
    slowest = 0.0
    for _ in range(rounds):
        evil.is_hanging = True
        hung_at = time.monotonic()
        assert eventually(lambda: down.count() == 2, within_s=30)
        slowest = max(slowest, time.monotonic() - hung_at)
        refused = httpx.post(f"{arena.url}/api/v1/battles", json={"prompt": "2+2?"})
        assert (refused.status_code, refused.json()["code"]) == (503, "NO_OPPONENTS")
        assert httpx.get(f"{evil.url}/health").status_code == 200
        evil.is_hanging = False
        assert eventually(lambda: ready(now=timezone.now()).count() == 2, within_s=30)
        client, _ = begun(arena)
        client.close()
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.fixture
def wanted(place: Place, settings: Settings) -> Contender:
    """Return a model that should be answering."""
    settings.MODEL_ROOT = [place.folder]
    trees.write(place.folder / "models/heron", trees.model_files())
    revision = directories.look_in("models/heron").revision
    heron = factories.model(locator="models/heron", revision=revision)
    factories.run(heron, factories.suite("tiny"))
    return heron


def engines(folder: Path) -> list[tuple[int, int]]:
    """Return the process ids of every server so far, with those of their engines."""
    log = folder / "served.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [(int(server), int(engine)) for server, engine in map(str.split, lines)]


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def started(folder: Path, count: int) -> Callable[[], bool]:
    """Return what says whether so many servers have been started and the last one answers."""
    ready = Deployment.objects.filter(state="READY")
    return lambda: len(engines(folder)) >= count and ready.exists()


@pytest.mark.fault("F25", "a server or the whole pool killed; its engine is in another session")
def test_engines_without_a_server_are_buried(
    place: Place, wanted: Contender, rounds: int, recovery: dict[str, float]
) -> None:
    port = str(private_site.free_ports(8))
    command = [sys.executable, "-W", "ignore", "-m", "tests.fault.engine", "serve"]
    variables = {"MODEL_ROOT": str(place.folder), "ENGINE_PORT_FIRST": port}
    slowest = 0.0
    for number in range(min(rounds, 5)):
        with process(place, "engines", command, **variables) as pool:
            assert eventually(started(place.folder, 2 * number + 1)), place.said("engines")
            server, first = engines(place.folder)[-1]
            os.kill(server, signal.SIGKILL)
            killed_at = time.monotonic()
            assert eventually(lambda first=first: not is_alive(first), within_s=30)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - killed_at)
            assert eventually(started(place.folder, 2 * number + 2)), place.said("engines")
            _, second = engines(place.folder)[-1]
            os.killpg(pool.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        with process(place, "engines", command, **variables):
            assert eventually(lambda second=second: not is_alive(second), within_s=30)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - killed_at)
    recovery |= {"seconds": round(slowest, 1), "rounds": min(rounds, 5)}
