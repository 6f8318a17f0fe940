"""A stack on vLLM against PEFT and lm-eval's own backend: the same numbers, the same texts."""

import asyncio
import json
import math
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from tests.engines.conftest import BASE, LAYERS, in_float32
from workers.engines import processes
from workers.engines.harness import Harness
from workers.engines.orders import BenchmarkSpec, Measurement, Order, Target, TargetKind
from workers.engines.vllm import Server

pytestmark = [pytest.mark.engine]
LIMIT = 30
NATS = 0.05  # mean difference a token that bfloat16 may make


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """Return what lm-eval's own backend finds of the merged stack, in float32."""
    tasks = "zoo_facts,zoo_sums,zoo_stories"
    return in_float32(tasks, limit=LIMIT, layers=LAYERS)


def tokens_in(text: str) -> int:
    return len(Tokenizer.from_file(str(BASE / "tokenizer.json")).encode(text).ids)


def order(spec: BenchmarkSpec, server: Server, name: str, samples: Path) -> Order:
    target = Target(TargetKind.VLLM, server.url, name, tokenizer_dir=str(BASE), priority=1)
    return Order("1", spec, target, (str(processes.ROOT / "zoo" / "tasks"),), str(samples))


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


class TestServedStack:
    def test_scores_choices_as_peft_does(
        self,
        harness: Harness,
        vllm_server: Server,
        reference: dict[str, Any],
        tmp_path: Path,
    ) -> None:
        spec = BenchmarkSpec("zoo_facts", "acc", shots=5, limit=LIMIT)
        samples = tmp_path / "facts.parquet"

        measured = harness.measure(order(spec, vllm_server, "stack", samples))
        expected = reference["zoo_facts"]

        scored = [each for row in rows(samples) for each in json.loads(row["choices"])]
        differences = [
            abs(ours["logprob"] - theirs[0])
            for ours, theirs in zip(scored, expected["responses"], strict=True)
        ]
        assert sum(differences) / sum(tokens_in(each["text"]) for each in scored) < NATS
        assert abs(measured.value - expected["metrics"]["acc,none"]) <= 1 / LIMIT

    def test_generates_as_peft_does(
        self,
        harness: Harness,
        vllm_server: Server,
        reference: dict[str, Any],
        tmp_path: Path,
    ) -> None:
        spec = BenchmarkSpec("zoo_sums", "exact_match", "whole-answer", limit=LIMIT)
        samples = tmp_path / "sums.parquet"

        harness.measure(order(spec, vllm_server, "stack", samples))
        expected = reference["zoo_sums"]["responses"]

        ours = [row["raw_answer"] for row in rows(samples)]
        equal = [mine == theirs for mine, theirs in zip(ours, expected, strict=True)]
        assert sum(equal) >= 0.8 * LIMIT  # the rest are ties that bfloat16 decides otherwise

    def test_predicts_whole_texts_as_peft_does(
        self,
        harness: Harness,
        vllm_server: Server,
        reference: dict[str, Any],
        tmp_path: Path,
    ) -> None:
        spec = BenchmarkSpec("zoo_stories", "word_perplexity", limit=LIMIT)

        measured = harness.measure(order(spec, vllm_server, "stack", tmp_path / "s.parquet"))
        expected = reference["zoo_stories"]["metrics"]["word_perplexity,none"]

        assert math.log(measured.value) == pytest.approx(math.log(expected), abs=0.01)


class TestOneServerForAll:
    def test_adapters_do_not_leak_into_the_base(self, vllm_server: Server) -> None:
        alone = next_logprobs(vllm_server, ["base"])[0]
        together = next_logprobs(vllm_server, ["base", "stack"] * 8)

        assert all(each == pytest.approx(alone, abs=0.02) for each in together[::2])
        assert all(each != pytest.approx(alone, abs=0.02) for each in together[1::2])

    def test_repeats_itself(self, harness: Harness, vllm_server: Server, tmp_path: Path) -> None:
        spec = BenchmarkSpec("zoo_facts", "acc", shots=5, limit=LIMIT)

        first, again = (
            measured_answers(harness, order(spec, vllm_server, "stack", tmp_path / name))
            for name in ("first.parquet", "again.parquet")
        )

        assert first[0].value == again[0].value
        assert first[1] == again[1]


def measured_answers(harness: Harness, told: Order) -> tuple[Measurement, list[str]]:
    measurement = harness.measure(told)
    return measurement, [row["answer"] for row in rows(Path(told.samples_path))]


def next_logprobs(server: Server, names: list[str]) -> list[float]:
    """Ask all at once, so that they share the engine's batches; return the fourth token's."""

    async def ask() -> list[float]:
        async with httpx.AsyncClient(timeout=60) as client:
            return list(await asyncio.gather(*(one(client, name) for name in names)))

    async def one(client: httpx.AsyncClient, name: str) -> float:
        body = {
            "model": name,
            "prompt": "Question: What is 3 plus 4?\nAnswer:",
            "max_tokens": 4,
            "temperature": 0,
            "logprobs": 1,
        }
        answer = (await client.post(f"{server.url}/v1/completions", json=body)).json()
        return float(answer["choices"][0]["logprobs"]["token_logprobs"][0])

    return asyncio.run(ask())
