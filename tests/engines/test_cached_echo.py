"""An echo that finds its context in the cache hears what it would have heard without."""

import httpx
import pytest

from tests.engines.conftest import BASE
from workers.children.asking import Server as Asked
from workers.children.grouping import Pair, plan
from workers.children.lm import load_encoder
from workers.engines.vllm import Server

TOLERANCE = 0.05  # nats: another batch rounds bfloat16 otherwise
CONTEXT = "Question: Where does the fox sleep?\nAnswer: in a deep hole\n\n" * 6
CHOICES = (" under an old barn", " on a flat stone", " in the tall grass near the river")


@pytest.fixture
def pairs() -> list[Pair]:
    """Return choices whose contexts fill several blocks of the cache."""
    encode = load_encoder(str(BASE))
    context = encode(CONTEXT, None)
    assert len(context) > 64
    return [Pair(context, encode(choice, False)) for choice in CHOICES]


def scores(server: Server, name: str, pairs: list[Pair]) -> list[float]:
    asked = plan(pairs)
    assert asked.echoes
    answers = Asked(server.url, name).answer(asked, lambda done, total: None)
    return [answers.score(pair)[0] for pair in pairs]


@pytest.mark.engine
@pytest.mark.parametrize("name", ["base", "stack"])
class TestEcho:
    def test_hears_the_same_again(self, vllm_server: Server, name: str, pairs: list[Pair]) -> None:
        first = scores(vllm_server, name, pairs)

        again = scores(vllm_server, name, pairs)

        assert again == pytest.approx(first, abs=TOLERANCE)

    def test_hears_what_a_request_without_a_cache_hears(
        self, vllm_server: Server, name: str, pairs: list[Pair]
    ) -> None:
        mine = scores(vllm_server, name, pairs)

        assert mine == pytest.approx([alone(vllm_server, name, each) for each in pairs], abs=0.05)


def alone(server: Server, name: str, pair: Pair) -> float:
    """Return what vLLM computes from the first token on."""
    prompt = pair.context + pair.continuation
    body = {"model": name, "prompt": prompt, "max_tokens": 1, "prompt_logprobs": 0}
    response = httpx.post(f"{server.url}/v1/completions", json=body, timeout=60)
    rows = response.json()["choices"][0]["prompt_logprobs"]
    scored = range(len(pair.context), len(prompt))
    return sum(float(rows[at][str(prompt[at])]["logprob"]) for at in scored)
