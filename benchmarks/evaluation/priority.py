"""How long a person waits for a first word while a benchmark keeps the same server busy.

`python -m benchmarks.evaluation.priority [--quick]` asks chat answers on an idle server, beside a
benchmark that gives way (as ours do), and beside one that does not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

from benchmarks import report
from benchmarks.evaluation import ours, suite
from benchmarks.evaluation.ours import Engine
from benchmarks.report import Figure
from workers.engines import client
from workers.engines.client import Sampling
from workers.engines.orders import Order, Target, TargetKind

ANSWERS = 20
QUICK_ANSWERS = 5
BUSY = "stories"  # whole texts, echoed in large batches: the heaviest load of the suite
SAMPLING = Sampling(max_tokens=16, temperature=0.7, seed=1)
SLOWER = 1.0  # giving way must not be slower than not giving way


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ANSWERS} answers each")
    answers = QUICK_ANSWERS if parser.parse_args().quick else ANSWERS
    with tempfile.TemporaryDirectory(prefix="p4p-priority-") as name:
        folder = Path(name)
        with ours.machine(folder) as machine, machine.serve(suite.BASE) as engine:
            idle = asyncio.run(_first_words(engine, answers))
            with _busy(engine, priority=1):
                giving_way = asyncio.run(_first_words(engine, answers))
            with _busy(engine, priority=0):
                not_giving_way = asyncio.run(_first_words(engine, answers))
    return report.close("priority", list(_figures(idle, giving_way, not_giving_way)))


def _figures(
    idle: list[float], giving_way: list[float], not_giving_way: list[float]
) -> Iterator[Figure]:
    yield from report.of("first word, idle server", idle, "s")
    yield from report.of("first word, beside a benchmark that gives way", giving_way, "s")
    yield from report.of("first word, beside one that does not", not_giving_way, "s")
    ratio = sum(giving_way) / sum(not_giving_way)
    yield Figure("giving way, share of the wait", ratio, "of 1", at_most=SLOWER)


async def _first_words(engine: Engine, count: int) -> list[float]:
    """Ask one answer after the other; return the waits for their first words."""
    waits = []
    for number in range(count):
        messages = [{"role": "user", "content": f"Tell me story number {number}."}]
        stream = client.stream_chat(engine.server.url, "base", messages, SAMPLING)
        async with aclosing(stream) as deltas:
            waits += [each.usage.first_token_s async for each in deltas if each.usage]
    return waits


@contextmanager
def _busy(engine: Engine, *, priority: int) -> Iterator[None]:
    """Keep a benchmark running, again and again, until the block ends."""
    over, began = threading.Event(), threading.Event()
    [asked] = [each for each in suite.benchmarks(limit=None) if each.key == BUSY]
    target = Target(
        TargetKind.VLLM, engine.server.url, "base", str(engine.model), priority=priority
    )
    order = Order("1", asked.spec, target, (str(suite.TASKS_DIR),))

    def work() -> None:
        while not over.is_set():
            engine.harness.measure(order, on_progress=lambda *_: began.set())

    thread = threading.Thread(target=work)
    thread.start()
    began.wait(timeout=120)
    try:
        yield
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
