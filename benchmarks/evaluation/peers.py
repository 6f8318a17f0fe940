"""lm-eval's own ways: `local-completions` on our server, and its command line with `hf`.

The API client is a child that imports and builds its tasks before the clock starts; the command
line is timed whole, as a person would wait for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.evaluation.ours import Engine, Result
from benchmarks.evaluation.suite import BASE, ROOT, TASKS_DIR, Asked

BATCH = 32
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",  # as our server has; on models this small, two are slower
}


def environment() -> dict[str, str]:
    """Return what a peer runs in."""
    return {**os.environ, **ENVIRONMENT}


class ApiClient:
    """lm-eval's client of OpenAI-compatible servers, kept running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def measure(self, engine: Engine, name: str, asked: Asked, *, batch: int = 1) -> Result:
        """Measure one benchmark of one contender, asking so many questions a request."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The client has no pipes.")
        order = {
            "url": engine.server.url,
            "tokenizer": str(engine.model),
            "name": name,
            "batch": batch,
            "spec": asdict(asked.spec),
        }
        print(json.dumps(order), file=self._process.stdin, flush=True)
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("lm-eval's client ended: see its log.")
        return Result(**json.loads(line))


@contextmanager
def api_client(log: Path) -> Iterator[ApiClient]:
    """Start the client and end it."""
    command = [sys.executable, "-m", "benchmarks.evaluation.api_client", str(TASKS_DIR)]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(),
            cwd=ROOT,
            text=True,
        )
    with process:
        yield ApiClient(process)
        if process.stdin is not None:
            process.stdin.close()


def hf_command_line(
    adapter: Path, suite: Sequence[Asked], folder: Path
) -> tuple[float, dict[str, Any]]:
    """Run `lm_eval --model hf --model_args peft=…`; return its seconds and its results."""
    out = folder / f"hf-{adapter.name}"
    arguments = {
        "--model": "hf",
        "--model_args": f"pretrained={BASE},peft={adapter}",
        "--tasks": ",".join(each.spec.task for each in suite),
        "--include_path": str(TASKS_DIR),
        "--batch_size": str(BATCH),
        "--device": "cpu",
        "--output_path": str(out),
    }
    if (limit := suite[0].spec.limit) is not None:
        arguments["--limit"] = str(limit)
    pairs = [part for pair in arguments.items() for part in pair]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "lm_eval", *pairs],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(f"lm_eval failed: {done.stderr[-2000:]}")
    [found] = out.rglob("results_*.json")
    results: dict[str, Any] = json.loads(found.read_text())["results"]
    return seconds, results
