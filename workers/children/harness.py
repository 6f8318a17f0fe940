"""The harness: imports lm-eval once, then evaluates benchmarks and proves adapters in turn.

Orders come as JSON lines on standard input, events leave as JSON lines on what was standard
output; everything that libraries print goes to standard error. Ends with its input.

It handles files that anybody may have made, so it has no network but the address of its present
order, reads none of the site's own files, and writes only where orders let it.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workers.children import confinement
from workers.engines.confined import Confinement
from workers.engines.faults import Code, Fault
from workers.engines.orders import Measurement, Order, TargetKind
from workers.engines.proofs import ProofOrder

Emit = Callable[..., None]
PROGRESS_EVERY_S = 0.25


def main() -> None:
    """Serve orders until standard input ends."""
    emit = _events()
    wanted = Confinement.of_argument(sys.argv[1])
    is_alone = confinement.leave_network()  # before any thread, and before anything is imported
    confinement.call_through(socket.socket(fileno=wanted.gate))
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    from workers.children.benchmarks import Library  # slow: it imports lm-eval

    library = Library()
    is_locked = bool(wanted.private) and confinement.lock_files(
        private=Path(wanted.private),
        readable=[Path(each) for each in wanted.readable],
        writable=[Path(each) for each in wanted.writable],
    )
    emit("ready", is_alone=is_alone, is_locked=is_locked)
    while True:
        line = orders.get()
        try:
            _obey(line, library, emit)
        except Fault as fault:
            emit("fault", code=fault.code, sentence=fault.sentence)
        except MemoryError:
            emit("fault", code=Code.OUT_OF_MEMORY, sentence="")
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            emit("fault", code=Code.DISK_FULL, sentence="")


def _obey(line: str, library: Any, emit: Emit) -> None:
    """Do what a line asks for, and tell what came of it."""
    fields = json.loads(line)
    if "proof" in fields:
        from workers.children import proving  # slow: it imports PEFT

        proven = proving.prove(ProofOrder.of_fields(fields["proof"]))
        emit("proven", **proven.as_fields())
    else:
        measured = _measure(Order.of_line(line), library, emit)
        emit("measured", **measured.as_fields())


def _events() -> Emit:
    stream = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def emit(kind: str, **fields: Any) -> None:
        print(json.dumps({"event": kind, **fields}), file=stream)

    return emit


def _read(orders: queue.SimpleQueue[str]) -> None:
    """Pass orders on; when whoever gives them is gone, end this whole group."""
    for line in sys.stdin:
        orders.put(line)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _measure(order: Order, library: Any, emit: Emit) -> Measurement:
    from workers.children import benchmarks, samples

    spec = order.benchmark
    with _model(order, _throttled(emit)) as lm:
        outcome = library.evaluate(spec, lm, order.include_paths)
    if order.samples_path:
        samples.write(Path(order.samples_path), outcome.samples, spec.metric.partition("+")[0])
    spent = asdict(lm.spent)
    return Measurement(
        value=outcome.value,
        stderr=outcome.stderr,
        samples=len(outcome.samples),
        metric=spec.metric,
        versions=benchmarks.versions(outcome.task_version),
        prompt_tokens=spent["prompt_tokens"],
        completion_tokens=spent["completion_tokens"],
        answering_s=spent["seconds"],
        parts=outcome.parts,
        provenance=outcome.provenance | {"seed": spec.seed, "task_version": outcome.task_version},
    )


@contextmanager
def _model(order: Order, on_progress: Callable[[int, int], None]) -> Iterator[Any]:
    """Return the contender as lm-eval sees it, with what an earlier attempt was told."""
    from workers.children import benchmarks
    from workers.children.api_lm import ApiLM
    from workers.children.lm import ServedLM
    from workers.children.remembering import Memory

    spec = order.benchmark
    shared: dict[str, Any] = {
        "on_progress": on_progress,
        "seed": spec.seed,
        "max_gen_tokens": spec.max_gen_tokens,
    }
    if order.target.kind is not TargetKind.VLLM:
        yield ApiLM(order.target, **shared)
        return
    made_by = json.dumps([order.made_by, benchmarks.versions("")], sort_keys=True)
    memory = Memory(Path(order.memory_path) if order.memory_path else None, made_by)
    try:
        yield ServedLM(order.target, memory=memory, **shared)
    finally:
        memory.close()


def _throttled(emit: Emit) -> Callable[[int, int], None]:
    """Return a listener that passes on a few events a second, and always the last."""
    last = 0.0

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done >= total or now - last >= PROGRESS_EVERY_S:
            last = now
            emit("progress", done=done, total=total)

    return on_progress


if __name__ == "__main__":
    main()
