"""The harness from outside: orders in, measurements or faults out, whatever happens within."""

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.engines.conftest import BASE
from tests.evil_llm import EvilLLM
from workers.engines import processes
from workers.engines.child import Child
from workers.engines.faults import Code, Fault
from workers.engines.harness import Harness
from workers.engines.orders import BenchmarkSpec, Order, Target, TargetKind

TASKS = (str(processes.ROOT / "zoo" / "tasks"),)
FACTS = BenchmarkSpec("zoo_facts", "acc", shots=2, limit=4)
SUMS = BenchmarkSpec("zoo_sums", "exact_match", "whole-answer", limit=4)


def order(
    evil_llm: EvilLLM,
    model: str,
    spec: BenchmarkSpec = FACTS,
    kind: TargetKind = TargetKind.VLLM,
    samples: Path | None = None,
) -> Order:
    target = Target(kind, evil_llm.url, model, tokenizer_dir=str(BASE))
    return Order("1", spec, target, TASKS, str(samples or ""))


def fault_of(harness: Harness, told: Order) -> Code:
    with pytest.raises(Fault) as caught:
        harness.measure(told)
    return caught.value.code


class TestOrder:
    def test_survives_the_pipe(self, evil_llm: EvilLLM) -> None:
        told = order(evil_llm, "good")

        assert Order.of_fields(json.loads(json.dumps(told.as_fields()))) == told


class TestMeasure:
    def test_returns_the_value_with_what_it_rests_on(
        self, harness: Harness, evil_llm: EvilLLM, tmp_path: Path
    ) -> None:
        heard: list[tuple[int, int]] = []

        measured = harness.measure(
            order(evil_llm, "good", samples=tmp_path / "deep" / "facts.parquet"),
            on_progress=lambda done, total: heard.append((done, total)),
        )

        assert 0 <= measured.value <= 1
        assert measured.samples == 4
        assert measured.versions["lm_eval"]
        assert measured.versions["vllm"]
        assert measured.versions["task"] == "1.0"
        assert heard
        assert heard[-1][0] == heard[-1][1]

    def test_keeps_every_question(
        self, harness: Harness, evil_llm: EvilLLM, tmp_path: Path
    ) -> None:
        harness.measure(order(evil_llm, "good", samples=tmp_path / "facts.parquet"))

        table = pq.read_table(tmp_path / "facts.parquet").to_pylist()
        assert len(table) == 4
        assert table[0]["question"] == "zoo_facts/0"
        assert table[0]["prompt"].endswith("Answer:")
        choices = json.loads(table[0]["choices"])
        assert table[0]["target"] in [choice["text"] for choice in choices]
        assert [path.name for path in tmp_path.iterdir()] == ["facts.parquet"]

    @pytest.mark.parametrize(
        ("model", "spec", "code"),
        [
            ("nan", FACTS, Code.ENGINE_NONSENSE),
            ("null", FACTS, Code.ENGINE_NONSENSE),
            ("null", SUMS, Code.EMPTY_COMPLETION),
            ("html", SUMS, Code.ENGINE_NONSENSE),
            ("http-500", SUMS, Code.ENGINE_LOST),
            ("good", BenchmarkSpec("no_such_task", "acc"), Code.UNKNOWN_BENCHMARK),
            ("good", BenchmarkSpec("zoo_facts", "bleu", limit=2), Code.INVALID_METRIC),
        ],
    )
    def test_names_what_went_wrong_and_goes_on(
        self, harness: Harness, evil_llm: EvilLLM, model: str, spec: BenchmarkSpec, code: Code
    ) -> None:
        assert fault_of(harness, order(evil_llm, model, spec)) == code
        assert harness.measure(order(evil_llm, "good")).samples == 4


class TestApi:
    def test_is_asked_as_a_chat(self, harness: Harness, evil_llm: EvilLLM) -> None:
        measured = harness.measure(order(evil_llm, "good", SUMS, TargetKind.API))

        assert measured.samples == 4
        assert evil_llm.asked[0]["messages"][0]["role"] == "user"

    def test_an_empty_string_is_an_answer(self, harness: Harness, evil_llm: EvilLLM) -> None:
        assert harness.measure(order(evil_llm, "empty", SUMS, TargetKind.API)).value == 0.0

    def test_gives_no_logprobs(self, harness: Harness, evil_llm: EvilLLM) -> None:
        code = fault_of(harness, order(evil_llm, "good", FACTS, TargetKind.API))

        assert code == Code.NOT_APPLICABLE

    def test_is_asked_again_while_it_is_busy(self, harness: Harness, evil_llm: EvilLLM) -> None:
        evil_llm.failures_left = 1

        assert harness.measure(order(evil_llm, "busy", SUMS, TargetKind.API)).samples == 4

    @pytest.mark.parametrize(
        ("model", "code"),
        [
            ("http-401", Code.BASELINE_REFUSED),
            ("null", Code.EMPTY_COMPLETION),
            ("wrong-type", Code.ENGINE_NONSENSE),
            ("no-choices", Code.ENGINE_NONSENSE),
        ],
    )
    def test_names_what_is_no_answer(
        self, harness: Harness, evil_llm: EvilLLM, model: str, code: Code
    ) -> None:
        assert fault_of(harness, order(evil_llm, model, SUMS, TargetKind.API)) == code


class TestStopping:
    """These kill the child, so they come last and share it: starting it anew takes seconds."""

    def test_is_prompt_when_cancelled(self, harness: Harness, evil_llm: EvilLLM) -> None:
        began = time.monotonic()

        with pytest.raises(Fault) as caught:
            harness.measure(
                order(evil_llm, "stall"), is_cancelled=lambda: time.monotonic() - began > 2
            )

        assert caught.value.code == Code.CANCELLED
        assert time.monotonic() - began < 5

    def test_of_one_order_leaves_the_others_alone(
        self, harness: Harness, evil_llm: EvilLLM
    ) -> None:
        harness.measure(order(evil_llm, "good"))
        pid = harness.pid

        with ThreadPoolExecutor() as threads:
            stalled = threads.submit(
                harness.measure, order(evil_llm, "stall"), is_cancelled=lambda: True
            )
            beside = [threads.submit(harness.measure, order(evil_llm, "good")) for _ in range(3)]

        assert [each.result().samples for each in beside] == [4, 4, 4]
        assert isinstance(stalled.exception(), Fault)
        assert harness.pid == pid

    def test_by_force_has_the_others_heard_again(
        self, harness: Harness, evil_llm: EvilLLM, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        harness.measure(order(evil_llm, "good"))
        pid = harness.pid
        monkeypatch.setattr(Child, "stop", lambda *_: None)  # a child that does not listen

        with ThreadPoolExecutor() as threads:
            stalled = threads.submit(
                harness.measure, order(evil_llm, "stall"), is_cancelled=lambda: True
            )
            beside = threads.submit(harness.measure, order(evil_llm, "slow"))

        assert isinstance(stalled.exception(), Fault)
        assert beside.result().samples == 4
        assert harness.pid != pid

    def test_has_a_time_limit(self, harness: Harness, evil_llm: EvilLLM) -> None:
        with pytest.raises(Fault) as caught:
            harness.measure(order(evil_llm, "stall"), time_limit_s=1)

        assert caught.value.code == Code.TIME_LIMIT

    def test_tells_a_killed_child_and_starts_another(
        self, harness: Harness, evil_llm: EvilLLM
    ) -> None:
        harness.warm_up()
        threading.Timer(1, os.kill, (harness.pid, signal.SIGKILL)).start()

        assert fault_of(harness, order(evil_llm, "stall")) == Code.OUT_OF_MEMORY
        assert harness.measure(order(evil_llm, "good")).samples == 4
