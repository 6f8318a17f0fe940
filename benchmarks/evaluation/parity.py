"""Every zoo task and contender three ways: ours, lm-eval's `hf` with PEFT, `local-completions`.

`python -m benchmarks.evaluation.parity [--results FILE] [--write docs/scoring.md]` writes the
table between the marks of a document. A contender that the results already hold is not measured
again, so that an interrupted run goes on. The `hf` backend computes in float32 with every layer
merged by PEFT; the other two ask one vLLM server, in bfloat16.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from benchmarks.evaluation import ours, peers, suite
from benchmarks.evaluation.ours import Engine, Machine
from benchmarks.evaluation.peers import ApiClient
from benchmarks.evaluation.suite import ROOT, TASKS_DIR, ZOO, Asked
from workers.children import lora
from workers.engines import stacks
from workers.engines.faults import UserFault

BEGIN, END = "<!-- parity:begin -->", "<!-- parity:end -->"
WAYS = ("ours", "hf", "client")
HEAD = """| Contender | Task | Ours | hf + PEFT | local-completions | Ours from hf |
|---|---|---:|---:|---:|---:|"""
Cells = dict[str, dict[str, list[float | None]]]  # by task and way: value, standard error


def main() -> None:
    """Measure what is missing and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("var/parity.json"))
    parser.add_argument("--write", type=Path, help="the document that holds the table")
    chosen = parser.parse_args()
    known: dict[str, Cells] = (
        json.loads(chosen.results.read_text()) if chosen.results.exists() else {}
    )
    with tempfile.TemporaryDirectory(prefix="p4p-parity-") as name:
        for contender, cells in _measured(Path(name), known):
            known[contender] = cells
            chosen.results.parent.mkdir(parents=True, exist_ok=True)
            chosen.results.write_text(json.dumps(known))
    table = "\n".join([HEAD, *_lines(known)])
    if chosen.write:
        before, rest = chosen.write.read_text().split(BEGIN)
        after = rest.split(END)[1]
        chosen.write.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    print(table)


def _measured(folder: Path, known: Mapping[str, Cells]) -> Iterator[tuple[str, Cells]]:
    asked = suite.benchmarks(limit=None)
    missing = {name: layers for name, layers in _stacks().items() if name not in known}
    if not missing:
        return
    with ours.machine(folder) as machine, peers.api_client(folder / "client.log") as client:
        for name, layers in missing.items():
            with _served(machine, name, layers) as engine:
                cells = {each.key: _both(engine, client, name, each) for each in asked}
            for key, found in _hf(layers, asked).items():
                cells[key]["hf"] = [found["value"], found["stderr"]]
            print(f"{name}: measured", file=sys.stderr, flush=True)
            yield name, cells


def _stacks() -> dict[str, list[Path]]:
    """Return the files of every model and adapter of the zoo, from the model up."""
    entries = yaml.safe_load((ZOO / "zoo.yaml").read_text())
    named = {entry["name"]: entry for entry in entries if entry["kind"] != "BASELINE"}
    found: dict[str, list[Path]] = {}
    for name, entry in named.items():  # parents come before their children
        found[name] = [*found.get(entry["parent"], []), ZOO / entry["path"]]
    return found


@contextmanager
def _served(machine: Machine, name: str, layers: list[Path]) -> Iterator[Engine]:
    """Serve a stack as the pool does: concatenated where that is exact, else merged."""
    base, *adapters = layers
    store = machine.folder / "stacks"
    if not adapters:
        with machine.serve(base, name) as engine:
            yield engine
        return
    try:
        for adapter in adapters:
            lora.read(adapter)
    except UserFault:
        with machine.serve(stacks.merged(store, base, adapters, key=name), name) as engine:
            yield engine
        return
    with machine.serve(base) as engine:
        engine.load(name, adapters)
        yield engine


def _both(
    engine: Engine, client: ApiClient, name: str, asked: Asked
) -> dict[str, list[float | None]]:
    """Ask the same server our way and with lm-eval's client."""
    mine = engine.measure(name, asked)
    batch = 1 if asked.kind == "generate_until" else 16
    theirs = client.measure(engine, name, asked, batch=batch)
    return {"ours": [mine.value, mine.stderr], "client": [theirs.value, theirs.stderr]}


def _hf(layers: list[Path], asked: list[Asked]) -> dict[str, Any]:
    """Have lm-eval's own backend answer everything."""
    orders = {
        "layers": [str(layer) for layer in layers],
        "include_path": str(TASKS_DIR),
        "benchmarks": [
            {
                "key": each.key,
                "task": each.spec.task,
                "shots": each.spec.shots,
                "metric": each.spec.metric,
                "filter": each.spec.filter,
                "chat": each.spec.is_chat,
                "limit": None,
            }
            for each in asked
        ],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(orders))
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hf_peer", file.name],
            env=peers.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _lines(known: Mapping[str, Cells]) -> Iterator[str]:
    for name in _stacks():
        for key, ways in known.get(name, {}).items():
            values = [_cell(*ways[way]) for way in WAYS]
            yield f"| {name} | {key} | {' | '.join(values)} | {_apart(ways)} |"


def _cell(value: float | None, stderr: float | None) -> str:
    return f"{value:.4f}" if stderr is None else f"{value:.4f} ± {stderr:.4f}"


def _apart(ways: Mapping[str, list[float | None]]) -> str:
    """Return how far ours is from `hf`, in our standard errors."""
    (mine, stderr), (theirs, _) = ways["ours"], ways["hf"]
    if mine is None or theirs is None or mine == theirs:
        return "0"
    return f"{abs(mine - theirs) / stderr:.2f} s.e." if stderr else f"{abs(mine - theirs):.4f}"


if __name__ == "__main__":
    main()
