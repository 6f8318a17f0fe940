"""The parent's side of the harness: start it, give it orders, stop it when it must stop.

The child lives on between orders, so that a run starts at once; it is killed with its whole
group on cancellation, on the time limit and at the end, and started anew when it has died. It
reaches nothing but the address of its present order, and gets no secret but that order's own key.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from workers.engines import confined, processes
from workers.engines.confined import Confinement
from workers.engines.faults import Code, Fault, PlatformFault, UserFault, fault_of
from workers.engines.gate import Gate
from workers.engines.orders import Measurement, Order, Target
from workers.engines.proofs import ProofOrder, Proven

logger = logging.getLogger(__name__)

CHILD = "workers.children.harness"
START_TIMEOUT_S = 120.0
LOOK_EVERY_S = 0.5
QUIET = {
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
}


def _ignore(done: int, total: int) -> None:
    del done, total


class Harness:
    """One harness process, started when first needed."""

    def __init__(
        self,
        *,
        log_path: Path,
        cache_dir: Path,
        registry: Path | None = None,
        environment: Mapping[str, str] | None = None,
        private: Path | None = None,
        readable: Sequence[Path] = (),
        writable: Sequence[Path] = (),
    ) -> None:
        self._log_path = log_path
        self._cache_dir = cache_dir
        self._registry = registry
        self._environment = dict(environment or {})
        self._private, self._readable, self._writable = private, readable, writable
        self._process: subprocess.Popen[bytes] | None = None
        self._gate: Gate | None = None
        self._key = ""  # the variable with an API's key that the child was given
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the child's process id, while there is one."""
        return None if self._process is None else self._process.pid

    def warm_up(self) -> None:
        """Begin to import lm-eval now, without waiting for it."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = self._launch()

    def measure(
        self,
        order: Order,
        *,
        on_progress: Callable[[int, int], None] = _ignore,
        is_cancelled: Callable[[], bool] = lambda: False,
        time_limit_s: float = 3600.0,
    ) -> Measurement:
        """Return what one benchmark came to, or raise its fault.

        NOT_APPLICABLE is the fault of a benchmark that this contender cannot be asked.
        """
        told = self._ask(order.as_line(), order.target, on_progress, is_cancelled, time_limit_s)
        return Measurement(**told)

    def prove(
        self,
        order: ProofOrder,
        *,
        is_cancelled: Callable[[], bool] = lambda: False,
        time_limit_s: float = 900.0,
    ) -> Proven:
        """Return what probes show of a served stack, or raise a fault."""
        told = self._ask(order.as_line(), order.target, _ignore, is_cancelled, time_limit_s)
        return Proven(**told)

    def _ask(
        self,
        line: str,
        target: Target,
        on_progress: Callable[[int, int], None],
        is_cancelled: Callable[[], bool],
        time_limit_s: float,
    ) -> dict[str, Any]:
        """Give an order and return the fields of what came of it."""
        deadline = time.monotonic() + time_limit_s
        if target.api_key_variable != self._key:
            self.close()  # whoever may hold a key answers for nobody else
            self._key = target.api_key_variable
        self.warm_up()
        if self._gate is not None:
            self._gate.open_to(target.url)
        self._send(line)
        try:
            for event in self._events(deadline, is_cancelled):
                kind = event.pop("event")
                if kind == "progress":
                    on_progress(int(event["done"]), int(event["total"]))
                elif kind in ("measured", "proven"):
                    return event
                elif kind == "ready":
                    self._heed(**event)
                elif kind == "fault":
                    raise fault_of(event["code"], event["sentence"])
        except Fault as fault:
            if fault.code in (Code.CANCELLED, Code.TIME_LIMIT):
                self.close()
            raise
        raise self._death()

    def close(self) -> None:
        """Kill the child and its group."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        if self._gate is not None:
            self._gate.close()
        self._process, self._unread, self._gate = None, b"", None

    def _heed(self, *, is_alone: bool, is_locked: bool) -> None:
        """Tell the log where this host does not confine the child as it should."""
        if not is_alone:
            logger.warning("This host gives the scoring child no network of its own.")
        if not is_locked and self._private is not None:
            logger.warning("This host does not keep the scoring child from the site's files.")

    def _launch(self) -> subprocess.Popen[bytes]:
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        self._cache_dir.mkdir(parents=True, exist_ok=True)
        self._gate = Gate()
        with self._log_path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", CHILD, self._confinement(self._gate)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._own_environment(),
                cwd=processes.ROOT,
                start_new_session=True,
                pass_fds=[self._gate.theirs.fileno()],
            )
        if self._registry is not None:
            processes.register(self._registry, psutil.Process(process.pid))
        return process

    def _own_environment(self) -> dict[str, str]:
        temporary = self._cache_dir / "tmp"
        temporary.mkdir(exist_ok=True)
        places = {"HF_HOME": str(self._cache_dir), "TMPDIR": str(temporary)}
        environment = confined.environment(keep=[self._key], **QUIET, **places)
        mark = {} if self._registry is None else processes.mark(self._registry)
        return {**environment, **mark, **self._environment}

    def _confinement(self, gate: Gate) -> str:
        """Return what the child may touch, as its argument."""
        folders = [str(each) for each in (self._cache_dir, *self._writable, Path("/dev"))]
        return Confinement(
            gate=gate.theirs.fileno(),
            private=str(self._private or ""),
            readable=tuple(map(str, self._readable)),
            writable=tuple(folders),
        ).as_argument()

    def _send(self, line: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise PlatformFault(Code.HARNESS_CRASHED)
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._death() from error

    def _events(
        self, deadline: float, is_cancelled: Callable[[], bool]
    ) -> Iterator[dict[str, Any]]:
        """Yield events until the child's output ends, looking at clock and flag in between."""
        if self._process is None or self._process.stdout is None:
            return
        pipe = self._process.stdout.fileno()
        looked_at = time.monotonic()
        while True:
            ready, _, _ = select.select([pipe], [], [], LOOK_EVERY_S)
            if time.monotonic() - looked_at >= LOOK_EVERY_S:
                looked_at = time.monotonic()
                if looked_at > deadline:
                    raise UserFault(Code.TIME_LIMIT)
                if is_cancelled():
                    raise UserFault(Code.CANCELLED)
            if not ready:
                continue
            if not (chunk := os.read(pipe, 65536)):
                return
            *lines, self._unread = (self._unread + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines)

    def _death(self) -> Fault:
        """Return why the child died: a kill that nobody here sent is the kernel's, for memory."""
        status = self._process.wait() if self._process is not None else 0
        words = " ".join(processes.tail(self._log_path)[-1:])[-500:]
        self.close()
        if status == -signal.SIGKILL:
            return PlatformFault(Code.OUT_OF_MEMORY)
        return PlatformFault(Code.HARNESS_CRASHED, f"The harness stopped: {words}")
