"""Measure, compare, report; the exit code is 0 only where every target holds."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report
from benchmarks.evaluation import equality, ours, peers, suite
from benchmarks.evaluation.ours import Engine, Measured, Result
from benchmarks.evaluation.peers import ApiClient
from benchmarks.evaluation.suite import Asked
from benchmarks.report import Figure
from workers.engines import stacks

ONE_WORD = "facts"  # 5 shots, four choices of one token
FASTER_ONE_WORD = 10.0
FASTER_SUITE = 5.0
LOGPROB = 1e-4
FURTHER_ADAPTER = 1 / 3
ADAPTER = "instruct"
REPEATS = 3  # of the benchmark with the highest target; the others are measured once
QUICK_QUESTIONS = 12
COUNTS = (1, 2, 4, 8)


def main() -> int:
    """Measure everything, or one part, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few questions of two adapters")
    parser.add_argument("--part", choices=PARTS, help="only the whole suite, or task by task")
    chosen = parser.parse_args()
    parts = [PARTS[chosen.part]] if chosen.part else list(PARTS.values())
    with tempfile.TemporaryDirectory(prefix="p4p-evaluation-") as name:
        asked = suite.benchmarks(limit=QUICK_QUESTIONS if chosen.quick else None)
        counts = COUNTS[: 2 if chosen.quick else None]
        figures = [each for part in parts for each in part(Path(name), asked, counts)]
    if chosen.quick:  # too little work to time: what counts is that everything ran and agrees
        figures = [each for each in figures if each.unit not in ("times", "of the first")]
    return report.close("evaluation", figures)


def _whole(folder: Path, asked: list[Asked], counts: tuple[int, ...]) -> Iterator[Figure]:
    """Yield what the suite takes for so many adapters of one base, ours and the peer's."""
    waits: dict[int, float] = {}
    for count in counts:
        adapters = suite.adapters(count)
        waits[count], found = _from_nothing(folder / f"cold-{count}", adapters, asked)
        _say(f"ours: {count} adapters in {waits[count]:.1f} s")
    yield from _further(waits)
    theirs = 0.0
    for name, layers in adapters.items():
        adapter = stacks.concatenated(folder / "stacks", layers, key=name)
        seconds, results = peers.hf_command_line(adapter, asked, folder)
        theirs += seconds
        _say(f"lm_eval --model hf: {name} in {seconds:.1f} s")
        yield from _against_hf(name, found[name], results, asked)
    yield from _suites(waits[len(adapters)], theirs, len(adapters))


def _by_task(folder: Path, asked: list[Asked], counts: tuple[int, ...]) -> Iterator[Figure]:
    """Yield how each benchmark compares with lm-eval's client of the same server."""
    del counts
    with ours.machine(folder) as machine, machine.serve(suite.BASE) as engine:
        engine.load(ADAPTER, suite.adapters(1)[ADAPTER])
        with peers.api_client(folder / "client.log") as client:
            for contender in ("base", ADAPTER):
                for each in asked:
                    yield from _against_client(engine, client, contender, each)


PARTS = {"suite": _whole, "tasks": _by_task}


def _from_nothing(
    folder: Path, adapters: dict[str, list[Path]], asked: list[Asked]
) -> tuple[float, dict[str, dict[str, Measured]]]:
    """Return the seconds from a machine without any process to the last score, and the scores."""
    began = time.monotonic()
    with ours.machine(folder) as machine:
        machine.prepare(asked)
        with machine.serve(suite.BASE) as engine:
            found = engine.measure_all(adapters, asked)
            return time.monotonic() - began, found


def _further(waits: dict[int, float]) -> Iterator[Figure]:
    """Yield what each number of adapters took, from nothing to the last score."""
    for count, seconds in waits.items():
        yield Figure(f"ours, {count} adapters from a cold start", seconds, "s")
    most = max(waits)
    further = (waits[most] - waits[1]) / (most - 1) / waits[1]
    yield Figure(
        "a further adapter", further, "of the first", at_most=FURTHER_ADAPTER, samples=most
    )


def _suites(mine: float, theirs: float, count: int) -> Iterator[Figure]:
    yield Figure(f"suite for {count} adapters, ours", mine, "s")
    yield Figure(f"suite for {count} adapters, lm_eval hf one by one", theirs, "s")
    yield Figure("suite, faster than hf", theirs / mine, "times", at_least=FASTER_SUITE)


def _against_client(
    engine: Engine, client: ApiClient, contender: str, asked: Asked
) -> Iterator[Figure]:
    """Yield how a benchmark compares with lm-eval's client, both in turn on the same server."""
    is_single = asked.key == ONE_WORD
    mine, theirs, batched = _in_turns(engine, client, contender, asked)
    name, seconds = f"{contender}, {asked.key}", _seconds(mine)
    target = FASTER_ONE_WORD if is_single else 1.0
    ratio = _seconds(theirs) / seconds
    yield Figure(f"{name}: ours", seconds, "s", samples=len(mine[0].answers))
    yield Figure(f"{name}: local-completions", _seconds(theirs), "s")
    yield Figure(f"{name}: faster", ratio, "times", at_least=target, samples=len(mine))
    if batched:
        yield Figure(f"{name}: faster than 16 a request", _seconds(batched) / seconds, "times")
    share = equality.same_answers(mine[0], theirs[0])
    if asked.kind == "generate_until":
        yield Figure(f"{name}: same text", share, "of 1")
    else:
        gap = equality.largest_gap(mine[0], theirs[0])
        yield Figure(
            f"{name}: log-probabilities", gap, "nats", at_most=LOGPROB if is_single else None
        )
    if is_single:
        yield Figure(f"{name}: same answers", share, "of 1", at_least=1.0)


def _in_turns(
    engine: Engine, client: ApiClient, contender: str, asked: Asked
) -> tuple[list[Result], list[Result], list[Result]]:
    """Measure both again and again in turn, so that a busy moment hits both."""
    mine, theirs, batched = [], [], []
    for _ in range(REPEATS if asked.key == ONE_WORD else 1):
        engine.forget_prefixes()
        mine.append(engine.measure(contender, asked).with_answers())
        engine.forget_prefixes()
        theirs.append(client.measure(engine, contender, asked))
        if asked.kind != "generate_until":
            engine.forget_prefixes()
            batched.append(client.measure(engine, contender, asked, batch=16))
    _say(f"{contender}, {asked.key}: {_seconds(mine):.2f} s, client {_seconds(theirs):.2f} s")
    return mine, theirs, batched


def _seconds(results: list[Result]) -> float:
    return median(each.seconds for each in results)


def _against_hf(
    name: str, mine: dict[str, Measured], theirs: dict[str, dict[str, Any]], asked: list[Asked]
) -> Iterator[Figure]:
    """Yield how far the scores are apart, in standard errors."""
    gaps = {}
    for each in asked:
        spec, found = each.spec, mine[each.key]
        value = theirs[spec.task][f"{spec.metric},{spec.filter}"]
        error = theirs[spec.task].get(f"{spec.metric}_stderr,{spec.filter}")
        told = error if isinstance(error, float) else None
        gaps[each.key] = equality.errors_apart((found.value, found.stderr), (value, told))
    worst = max(gaps, key=lambda key: gaps[key])
    yield Figure(f"{name}: scores from hf's, worst ({worst})", gaps[worst], "s.e.", at_most=1.0)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
