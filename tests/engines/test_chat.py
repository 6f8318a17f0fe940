"""Benchmarks asked as conversations: the same prompts and answers as lm-eval's `hf` backend."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import LAYERS, in_float32
from tests.engines.test_parity import NATS, order, rows, tokens_in
from workers.engines.harness import Harness
from workers.engines.orders import BenchmarkSpec
from workers.engines.vllm import Server

pytestmark = [pytest.mark.engine]
LIMIT = 20


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """Return what lm-eval's own backend asks and hears, in float32."""
    tasks = "chat:zoo_facts,chat:zoo_instructions"
    return in_float32(tasks, limit=LIMIT, layers=LAYERS)


class TestChat:
    def test_gives_few_shot_examples_as_turns_and_scores_as_peft_does(
        self, harness: Harness, vllm_server: Server, reference: dict[str, Any], tmp_path: Path
    ) -> None:
        spec = BenchmarkSpec("zoo_facts", "acc", shots=5, is_chat=True, limit=LIMIT)
        samples = tmp_path / "facts.parquet"

        harness.measure(order(spec, vllm_server, "stack", samples))
        expected = reference["chat:zoo_facts"]

        assert [row["prompt"] for row in rows(samples)] == expected["prompts"]
        scored = [each for row in rows(samples) for each in json.loads(row["choices"])]
        gaps = [
            abs(ours["logprob"] - theirs[0])
            for ours, theirs in zip(scored, expected["responses"], strict=True)
        ]
        assert sum(gaps) / sum(tokens_in(each["text"]) for each in scored) < NATS

    def test_writes_and_stops_as_peft_does(
        self, harness: Harness, vllm_server: Server, reference: dict[str, Any], tmp_path: Path
    ) -> None:
        spec = BenchmarkSpec(
            "zoo_instructions", "exact_match", "whole-answer", is_chat=True, limit=LIMIT
        )
        samples = tmp_path / "instructions.parquet"

        harness.measure(order(spec, vllm_server, "stack", samples))
        expected = reference["chat:zoo_instructions"]

        assert [row["prompt"] for row in rows(samples)] == expected["prompts"]
        ours = [row["raw_answer"] for row in rows(samples)]
        equal = [mine == theirs for mine, theirs in zip(ours, expected["responses"], strict=True)]
        assert sum(equal) >= 0.8 * LIMIT  # the rest are ties that bfloat16 decides otherwise
