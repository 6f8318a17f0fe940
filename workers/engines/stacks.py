"""Turn a stack of adapters into something one server can serve; done once, found again later.

Plain LoRA layers are concatenated into one adapter; anything else is merged into a model. Both
run as child processes, because only those import torch: forks of the nursery, or started anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from workers.engines import confined, processes
from workers.engines.faults import Code, PlatformFault, fault_of

TIME_LIMIT_S = 1800
Run = Callable[[str, Sequence[Path]], str]  # a program and its paths; what it printed


def concatenated(store: Path, layers: Sequence[Path], *, key: str, run: Run | None = None) -> Path:
    """Return a directory with one adapter equal to all layers together."""
    return _made(store, key, "concatenate", list(layers), run or _started)


def merged(store: Path, base: Path, layers: Sequence[Path], *, key: str) -> Path:
    """Return a directory with the model that the base and its layers make together."""
    return _made(store, key, "merge", [base, *layers], _started)


def _made(store: Path, key: str, program: str, sources: list[Path], run: Run) -> Path:
    """Make a directory whole or not at all, named by what it is made of."""
    name = hashlib.sha256(f"{program}\n{key}".encode()).hexdigest()[:24]
    final = store / name
    if final.exists():
        return final
    store.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=store))
    try:
        _check(run(program, [unfinished, *sources]))
        try:
            unfinished.rename(final)
        except OSError:  # somebody else was faster: theirs is the same
            if not final.exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return final


def _check(printed: str) -> None:
    """Raise the fault that a program told, or that it said nothing at all."""
    if not printed.strip():
        raise PlatformFault(Code.OUT_OF_MEMORY)
    told = json.loads(printed.splitlines()[-1])
    if "code" in told:
        raise fault_of(told["code"], told["sentence"])


def _started(program: str, paths: Sequence[Path]) -> str:
    """Run a program in a new process and return what it printed."""
    command = [sys.executable, "-m", f"workers.children.{program}", *map(str, paths)]
    environment = confined.environment(HF_HUB_OFFLINE="1")
    try:
        done = subprocess.run(
            command,
            cwd=processes.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PlatformFault(Code.TIME_LIMIT, f"{program} took too long.") from error
    if done.returncode > 0 and not done.stdout.strip():
        full = "No space left" in done.stderr
        code = Code.DISK_FULL if full else Code.BAD_CONFIG
        raise PlatformFault(code, done.stderr.strip().splitlines()[-1][-400:])
    return "" if done.returncode < 0 else done.stdout
