"""Whatever an engine does in the middle of an answer, the battle fails without naming a side."""

from collections.abc import Iterator

import pytest
import redis

from arena.models import Battle, Response
from evals.models import Deployment
from tests import evil_llm, factories
from tests.evil_llm import EvilLLM
from tests.workers.stub_llm import Stub
from tests.workers.turns import answer, deployed, told
from workers.engines import client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]

FAULTS = [
    *("closes-midway", "error-midway", "html", "bad-json", "no-choices", "wrong-type"),
    *("long-line", "endless", "http-500", "http-401", "http-404"),
]


@pytest.fixture(scope="module")
def evil() -> Iterator[EvilLLM]:
    with evil_llm.serving() as serving:
        yield serving


def battle(stub: Stub, evil: EvilLLM, model: str, side: str) -> Battle:
    bad, good = deployed(stub, model), deployed(stub, "short")
    Deployment.objects.filter(contender=bad).update(url=f"http://127.0.0.1:{evil.port}")
    pair = (bad, good) if side == "A" else (good, bad)
    return factories.battle(*pair, answers=None)


@pytest.mark.fault("F32", "the engine breaks off or talks nonsense amid an answer, on either side")
@pytest.mark.parametrize("side", ["A", "B"])
@pytest.mark.parametrize("model", FAULTS)
def test_fails_alike_on_either_side(
    stub: Stub, evil: EvilLLM, valkey: redis.Redis, model: str, side: str
) -> None:
    turn = battle(stub, evil, model, side).turns.get()

    ended = answer(turn)

    assert (ended.state, ended.error_code) == (Battle.State.FAILED, "ENGINE_LOST")
    assert not Response.objects.exists()
    assert told(valkey, turn)[-1][1]["text"] == "ENGINE_LOST"


@pytest.mark.parametrize("model", ["stall", "stall-midway"])
def test_gives_up_on_silence(
    stub: Stub, evil: EvilLLM, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setattr(client, "FIRST_TOKEN_TIMEOUT_S", 0.3)
    monkeypatch.setattr(client, "IDLE_TIMEOUT_S", 0.3)

    ended = answer(battle(stub, evil, model, "A").turns.get())

    assert ended.state == Battle.State.FAILED


def test_takes_a_miscounting_engine_at_its_words(stub: Stub, evil: EvilLLM) -> None:
    turn = battle(stub, evil, "wrong-count", "A").turns.get()

    assert answer(turn).state == Battle.State.READY
    assert turn.responses.get(side="A").tokens == 3
