"""The process that servers are forked from, as the pool sees it.

Each server's pid and birth time are written down, so that a later start buries what a crash left.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from workers.engines import confined, processes
from workers.engines.faults import Code, PlatformFault
from workers.engines.vllm import ENVIRONMENT, ENVIRONMENT_ON_CPU, Server, ServerSpec, is_on_cpu

CHILD = "workers.children.nursery"
PATIENCE_S = 300.0  # for importing vLLM on a busy machine
LOOK_S = 0.02  # for the end of a program


class Nursery:
    """The process that servers are forked from; it and they end with the `with` block."""

    def __init__(self, *, registry: Path, log_path: Path, threads: int = 1) -> None:
        self._registry = registry
        self._log_path = log_path
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def __enter__(self) -> Self:
        processes.reap(self._registry)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def is_alive(self) -> bool:
        """Say whether the process runs; when it is gone, so are its servers."""
        return self._process is not None and self._process.poll() is None

    def warm_up(self) -> None:
        """Begin to import vLLM now, without waiting for it."""
        if not self.is_alive():
            self._end()
            self._process = self._launch()

    def start(self, spec: ServerSpec) -> Server:
        """Fork a server. It is not answering yet: see `Server.wait_until_answering`."""
        self._wait_until_ready()
        spec.log_path.parent.mkdir(parents=True, exist_ok=True)
        order = {
            "arguments": spec.arguments(on_cpu=is_on_cpu()),
            "environment": spec.environment(),
            "log": str(spec.log_path),
        }
        self._give(order)
        try:
            process = psutil.Process(self._answer()["pid"])
            processes.register(self._registry, process)
        except psutil.NoSuchProcess as error:
            raise PlatformFault(Code.ENGINE_START_FAILED, "The server ended at once.") from error
        return Server(spec=spec, process=process)

    def bury(self) -> None:
        """End what dead servers left behind."""
        processes.bury(self._registry)

    def run(self, program: str, paths: Sequence[Path]) -> str:
        """Return what one of our programs that want torch has printed; nothing if it was killed."""
        self._wait_until_ready()
        with tempfile.TemporaryDirectory(prefix="p4p-program-") as folder:
            answer = Path(folder, "answer")
            arguments = [str(path) for path in paths]
            self._give({"program": program, "arguments": arguments, "answer": str(answer)})
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(self._answer()["pid"])
                while processes.is_alive(process):
                    time.sleep(LOOK_S)
            return answer.read_text() if answer.exists() else ""

    def close(self) -> None:
        """End the nursery and, with it, its servers."""
        self._end()
        processes.reap(self._registry)

    def _wait_until_ready(self) -> None:
        self.warm_up()
        if not self._is_ready:
            self._answer()
            self._is_ready = True

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process, self._is_ready = None, False

    def _launch(self) -> subprocess.Popen[bytes]:
        processes.bury(self._registry)
        environment = dict(confined.environment(**ENVIRONMENT, OMP_NUM_THREADS=str(self._threads)))
        environment |= processes.mark(self._registry)
        if is_on_cpu():
            environment |= ENVIRONMENT_ON_CPU
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                cwd=processes.ROOT,
                start_new_session=True,
            )
        processes.register(self._registry, psutil.Process(process.pid))
        return process

    def _give(self, order: Mapping[str, object]) -> None:
        if self._process is None or self._process.stdin is None:
            raise PlatformFault(Code.ENGINE_START_FAILED)
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise PlatformFault(Code.ENGINE_START_FAILED, str(error)) from error

    def _answer(self) -> dict[str, int]:
        if self._process is None or self._process.stdout is None:
            raise PlatformFault(Code.ENGINE_START_FAILED)
        if not select.select([self._process.stdout], [], [], PATIENCE_S)[0]:
            self._end()
            raise PlatformFault(Code.ENGINE_START_FAILED, "vLLM could not be imported in time.")
        if not (line := self._process.stdout.readline()):
            words = " ".join(processes.tail(self._log_path)[-3:])[-600:]
            raise PlatformFault(Code.ENGINE_START_FAILED, words)
        answer: dict[str, int] = json.loads(line)
        return answer
