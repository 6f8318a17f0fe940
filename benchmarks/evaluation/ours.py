"""Our way: one vLLM server, many adapters, one harness child that stays."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq

from benchmarks.evaluation.suite import TASKS_DIR, Asked
from workers.engines import control
from workers.engines.harness import Harness
from workers.engines.nursery import Nursery
from workers.engines.orders import Order, Target, TargetKind
from workers.engines.vllm import Server, ServerSpec


@dataclass(frozen=True, slots=True)
class Result:
    """What one side found of one benchmark, and how long it took."""

    seconds: float
    value: float
    stderr: float | None
    answers: dict[str, Any]  # by question: log-probabilities of the choices, or the text


@dataclass(frozen=True, slots=True)
class Engine:
    """A running server with the child that asks it."""

    server: Server
    harness: Harness
    model: Path
    folder: Path

    def load(self, name: str, adapter: Path) -> None:
        """Load an adapter."""
        control.load_adapter(self.server.url, name, adapter)

    def measure(self, name: str, asked: Asked) -> Result:
        """Measure one benchmark of one contender."""
        samples = self.folder / f"{name}-{asked.key}.parquet"
        target = Target(
            TargetKind.VLLM, self.server.url, name, tokenizer_dir=str(self.model), priority=1
        )
        order = Order("1", asked.spec, target, (str(TASKS_DIR),), str(samples))
        began = time.monotonic()
        measured = self.harness.measure(order)
        seconds = time.monotonic() - began
        rows = pq.read_table(samples).to_pylist()
        answers = {row["question"]: _answer(row) for row in rows}
        return Result(seconds, measured.value, measured.stderr, answers)

    def forget_prefixes(self) -> None:
        """Empty the prefix cache, so that nobody profits from who came before."""
        httpx.post(f"{self.server.url}/reset_prefix_cache", timeout=60).raise_for_status()


def _answer(row: dict[str, Any]) -> Any:
    choices = json.loads(row["choices"])
    return [each["logprob"] for each in choices] if choices else row["raw_answer"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A nursery of servers and the one child that asks them all."""

    nursery: Nursery
    harness: Harness
    folder: Path

    @contextmanager
    def serve(self, model: Path, name: str = "base") -> Iterator[Engine]:
        """Start a server of a model and end it."""
        log = self.folder / f"server-{model.name}.log"
        server = self.nursery.start(ServerSpec(model, name, _free_port(), log, max_loras=8))
        try:
            server.wait_until_answering()
            yield Engine(server, self.harness, model, self.folder)
        finally:
            server.stop()


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Start everything from nothing, as on a machine that has just come up."""
    os.environ["VLLM_SERVER_DEV_MODE"] = "1"  # for `forget_prefixes` alone
    with (
        Nursery(registry=folder / "pids", log_path=folder / "nursery.log") as nursery,
        Harness(log_path=folder / "harness.log", cache_dir=folder / "cache") as harness,
    ):
        nursery.warm_up()
        harness.warm_up()
        yield Machine(nursery, harness, folder)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
