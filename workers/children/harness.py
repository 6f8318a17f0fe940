"""The harness: imports lm-eval once, then evaluates benchmarks and proves adapters.

Orders come as JSON lines on standard input, each with a number, and several are worked on at
once: while one waits for the server, another is counted. Events leave as JSON lines on what was
standard output; everything that libraries print goes to standard error. Ends with its input.

It handles files that anybody may have made, so it has no network but the address of its present
orders, reads none of the site's own files, and writes only where orders let it.
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
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from workers.children import bounded, confinement
from workers.engines.confined import Confinement
from workers.engines.faults import Code, Fault
from workers.engines.orders import Measurement, Order, TargetKind
from workers.engines.proofs import ProofOrder

Emit = Callable[..., None]
Stopped = Callable[[], bool]
Orders = queue.SimpleQueue[str | Callable[[], None]]
AT_ONCE = 16  # orders; whoever gives them gives fewer
PROGRESS_EVERY_S = 0.25


def main() -> None:
    """Serve orders until standard input ends."""
    emit = _events()
    wanted = Confinement.of_argument(sys.argv[1])
    is_alone = confinement.leave_network()  # before any thread, and before anything is imported
    confinement.call_through(socket.socket(fileno=wanted.gate))
    orders: Orders = queue.SimpleQueue()
    bounded.in_main_thread = orders.put
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    from workers.children import api_lm, lm, samples  # noqa: F401  # slow: transformers, torch
    from workers.children.benchmarks import Library  # slow: lm-eval

    library, stops = Library(), set[int]()
    is_locked = bool(wanted.private) and confinement.lock_files(
        private=Path(wanted.private),
        readable=[Path(each) for each in wanted.readable],
        writable=[Path(each) for each in wanted.writable],
    )
    emit("ready", is_alone=is_alone, is_locked=is_locked)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="order") as threads:
        while True:
            line = orders.get()
            if not isinstance(line, str):
                line()  # what only this thread can bound
                continue
            fields = json.loads(line)
            if "stop" in fields:
                stops.add(fields["stop"])
                continue
            if "prepare" in fields:
                threads.submit(_prepare, fields["prepare"], library)
                continue
            number = fields.pop("number")
            is_stopped = partial(stops.__contains__, number)
            threads.submit(_serve, fields, library, partial(emit, number=number), is_stopped)


def _prepare(fields: dict[str, Any], library: Any) -> None:
    """Build the questions of an order that will come; whatever is wrong with it shows then."""
    order = Order.of_fields(fields)
    with suppress(Exception):
        library.prepare(order.benchmark, order.include_paths)


def _serve(fields: dict[str, Any], library: Any, emit: Emit, is_stopped: Stopped) -> None:
    """Do what an order asks for; tell what came of it, or why nothing did."""
    try:
        _obey(fields, library, emit, is_stopped)
    except Fault as fault:
        emit("fault", code=fault.code, sentence=fault.sentence)
    except MemoryError:
        emit("fault", code=Code.OUT_OF_MEMORY, sentence="")
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            emit("fault", code=Code.DISK_FULL, sentence="")
        else:
            said = f"The harness stopped: {type(error).__name__}: {error}"[:500]
            emit("fault", code=Code.HARNESS_CRASHED, sentence=said)


def _obey(fields: dict[str, Any], library: Any, emit: Emit, is_stopped: Stopped) -> None:
    if "proof" in fields:
        from workers.children import proving  # slow: it imports PEFT

        proven = proving.prove(ProofOrder.of_fields(fields["proof"]))
        emit("proven", **proven.as_fields())
    else:
        order = Order.of_fields(fields["order"])
        emit("measured", **_measure(order, library, emit, is_stopped).as_fields())


def _events() -> Emit:
    stream = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    lock = threading.Lock()

    def emit(kind: str, **fields: Any) -> None:
        line = json.dumps({"event": kind, **fields}) + "\n"
        with lock:
            stream.write(line)

    return emit


def _read(orders: Orders) -> None:
    """Pass orders on; when whoever gives them is gone, end this whole group."""
    for line in sys.stdin:
        orders.put(line)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _measure(order: Order, library: Any, emit: Emit, is_stopped: Stopped) -> Measurement:
    from workers.children import benchmarks, samples

    spec = order.benchmark
    with _model(order, _throttled(emit), is_stopped) as lm:
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
def _model(
    order: Order, on_progress: Callable[[int, int], None], is_stopped: Stopped
) -> Iterator[Any]:
    """Return the contender as lm-eval sees it, with what an earlier attempt was told."""
    from workers.children import benchmarks
    from workers.children.api_lm import ApiLM
    from workers.children.lm import ServedLM
    from workers.children.remembering import Memory

    spec = order.benchmark
    shared: dict[str, Any] = {
        "on_progress": on_progress,
        "is_stopped": is_stopped,
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
