"""Our way: one vLLM server, many adapters side by side, one harness child that stays."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq

from benchmarks.evaluation.suite import TASKS_DIR, Asked
from workers.engines import control, stacks
from workers.engines.harness import Harness
from workers.engines.nursery import Nursery
from workers.engines.orders import Order, Target, TargetKind
from workers.engines.vllm import Server, ServerSpec

RUNS_AT_ONCE = 4  # the site's default
IN_FLIGHT = 16  # as `workers.measuring` has it
TASKS = (str(TASKS_DIR),)


@dataclass(frozen=True, slots=True)
class Result:
    """What one side found of one benchmark, and how long it took."""

    seconds: float
    value: float
    stderr: float | None
    answers: dict[str, Any]  # by question: log-probabilities of the choices, or the text


@dataclass(frozen=True, slots=True)
class Measured:
    """What our side found; its answers lie in a file as a run leaves them."""

    seconds: float
    value: float
    stderr: float | None
    samples: Path

    def with_answers(self) -> Result:
        """Return it with its answers."""
        rows = pq.read_table(self.samples).to_pylist()
        answers = {row["question"]: _answer(row) for row in rows}
        return Result(self.seconds, self.value, self.stderr, answers)


@dataclass(frozen=True, slots=True)
class Engine:
    """A running server with the child that asks it."""

    server: Server
    nursery: Nursery
    harness: Harness
    model: Path
    folder: Path

    def load(self, name: str, layers: Sequence[Path]) -> None:
        """Make one adapter of layers, and load it."""
        store = self.folder / "stacks"
        adapter = stacks.concatenated(store, layers, key=name, run=self.nursery.run)
        control.load_adapter(self.server.url, name, adapter)

    def measure_all(
        self, adapters: Mapping[str, Sequence[Path]], asked: Sequence[Asked]
    ) -> dict[str, dict[str, Measured]]:
        """Measure every benchmark of every adapter, some adapters at a time as a worker does."""
        loading = threading.Lock()  # the engine pool loads one after the other, too

        def measure(name: str) -> dict[str, Measured]:
            with loading:
                self.load(name, adapters[name])
            return {each.key: self.measure(name, each, in_run=True) for each in asked}

        with ThreadPoolExecutor(RUNS_AT_ONCE) as threads:
            return dict(zip(adapters, threads.map(measure, adapters), strict=True))

    def measure(self, name: str, asked: Asked, *, in_run: bool = False) -> Measured:
        """Measure one benchmark of one contender; as a run beside others, or alone.

        A run keeps its answers for another attempt, and its share of the server's places.
        """
        samples = self.folder / f"{name}-{asked.key}.parquet"
        target = Target(
            TargetKind.VLLM,
            self.server.url,
            name,
            tokenizer_dir=str(self.model),
            priority=1,
            concurrency=IN_FLIGHT // RUNS_AT_ONCE if in_run else IN_FLIGHT,
        )
        memory = str(self.folder / "answers" / f"{name}.sqlite") if in_run else ""
        order = Order("1", asked.spec, target, TASKS, str(samples), memory, name)
        began = time.monotonic()
        measured = self.harness.measure(order)
        seconds = time.monotonic() - began
        return Measured(seconds, measured.value, measured.stderr, samples)

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

    def prepare(self, asked: Sequence[Asked]) -> None:
        """Have the questions built while a server starts, as a run that waits for one does."""
        nowhere = Target(TargetKind.VLLM, "", "")
        for each in asked:
            self.harness.prepare(Order("1", each.spec, nowhere, TASKS))

    @contextmanager
    def serve(self, model: Path, name: str = "base") -> Iterator[Engine]:
        """Start a server of a model and end it."""
        log = self.folder / f"server-{model.name}.log"
        server = self.nursery.start(ServerSpec(model, name, _free_port(), log, max_loras=8))
        try:
            server.wait_until_answering()
            yield Engine(server, self.nursery, self.harness, model, self.folder)
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
