"""The parent's side of the harness: start it, give it orders, stop it when it must stop.

The child lives on between orders, so that a run starts at once, and works on several at a time,
each given by a thread of its own. It is killed with its whole group at the end and where it does
not stop when told; whoever else waited for it is then heard by the next. It reaches nothing but
the address of its present orders, and gets no secret but the one key that they name.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any, Self

from workers.engines import processes
from workers.engines.child import Child, Ended, Event, Inbox
from workers.engines.faults import Code, Fault, PlatformFault, UserFault, fault_of
from workers.engines.orders import Measurement, Order, Target
from workers.engines.proofs import ProofOrder, Proven
from workers.engines.turnstile import Turnstile
from workers.engines.workplace import Workplace

LOOK_EVERY_S = 0.5
GRACE_S = 2.0  # for an order to end when it is told to


def _ignore(done: int, total: int) -> None:
    del done, total


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for an order, and whom to tell how far it has come."""

    on_progress: Callable[[int, int], None]
    is_cancelled: Callable[[], bool]
    deadline: float

    def check(self) -> None:
        """Raise CANCELLED or TIME_LIMIT where the order should end now."""
        if time.monotonic() > self.deadline:
            raise UserFault(Code.TIME_LIMIT)
        if self.is_cancelled():
            raise UserFault(Code.CANCELLED)


class Harness:
    """One harness process, started when first needed; threads may share it."""

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
        self._workplace = Workplace(
            log_path, cache_dir, registry, environment or {}, private, readable, writable
        )
        self._lock = threading.Lock()
        self._turnstile = Turnstile()
        self._child: Child | None = None

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
        return None if self._child is None else self._child.pid

    def warm_up(self) -> None:
        """Begin to import lm-eval now, without waiting for it."""
        self._running(None)

    def prepare(self, order: Order) -> None:
        """Have a benchmark's questions built while its server starts."""
        self._running(None).prepare(order.as_fields())

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
        patience = _Patience(on_progress, is_cancelled, time.monotonic() + time_limit_s)
        return Measurement(**self._ask({"order": order.as_fields()}, order.target, patience))

    def prove(
        self,
        order: ProofOrder,
        *,
        is_cancelled: Callable[[], bool] = lambda: False,
        time_limit_s: float = 900.0,
    ) -> Proven:
        """Return what probes show of a served stack, or raise a fault."""
        patience = _Patience(_ignore, is_cancelled, time.monotonic() + time_limit_s)
        return Proven(**self._ask({"proof": order.as_fields()}, order.target, patience))

    def close(self) -> None:
        """Kill the child and its group."""
        with self._lock:
            ended, self._child = self._child, None
        if ended is not None:
            ended.close()

    def _running(self, key_variable: str | None) -> Child:
        """Return the child, started anew where it has ended or may not hold this key."""
        with self._lock:
            current = self._child
            if (
                current is not None
                and current.is_alive()
                and key_variable in (None, current.key_variable)
            ):
                return current
            if current is not None:
                current.close()
            self._child = self._workplace.start(key_variable or "")
            return self._child

    def _ask(self, order: Mapping[str, Any], target: Target, patience: _Patience) -> Event:
        """Give an order and return the fields of what came of it."""
        key = target.api_key_variable
        with self._turnstile.passed(f"{key} {target.url}", patience.check):
            while True:
                running = self._running(key)
                try:
                    return _heard(running, order, target, patience)
                except Ended:
                    patience.check()
                    if not running.was_killed:
                        raise self._death(running) from None

    def _death(self, dead: Child) -> Fault:
        """Return why the child died: a kill that nobody here sent is the kernel's, for memory."""
        status = dead.close()
        words = " ".join(processes.tail(self._workplace.log_path)[-1:])[-500:]
        if status == -signal.SIGKILL:
            return PlatformFault(Code.OUT_OF_MEMORY)
        return PlatformFault(Code.HARNESS_CRASHED, f"The harness stopped: {words}")


def _heard(running: Child, order: Mapping[str, Any], target: Target, patience: _Patience) -> Event:
    number, inbox = running.give(order, target.url)
    try:
        return _outcome(inbox, patience)
    except Fault as fault:
        if fault.code in (Code.CANCELLED, Code.TIME_LIMIT):
            running.stop(number)
            if not _ends(inbox):
                running.kill()
        raise
    finally:
        running.forget(number)


def _outcome(inbox: Inbox, patience: _Patience) -> Event:
    """Return the last event of an order, looking at clock and flag in between; or raise Ended."""
    looked_at = time.monotonic()
    while True:
        if time.monotonic() - looked_at >= LOOK_EVERY_S:
            looked_at = time.monotonic()
            patience.check()
        try:
            event = inbox.get(timeout=LOOK_EVERY_S)
        except Empty:
            continue
        if event is None:
            raise Ended
        match event.pop("event"):
            case "progress":
                patience.on_progress(int(event["done"]), int(event["total"]))
            case "measured" | "proven":
                return event
            case "fault":
                raise fault_of(event["code"], event["sentence"])


def _ends(inbox: Inbox) -> bool:
    """Say whether an order that was told to end does so in time."""
    deadline = time.monotonic() + GRACE_S
    while (left := deadline - time.monotonic()) > 0:
        try:
            event = inbox.get(timeout=left)
        except Empty:
            return False
        if event is None or event["event"] in ("measured", "proven", "fault"):
            return True
    return False
