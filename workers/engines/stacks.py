"""Turn a stack of adapters into something one server can serve; done once, found again later.

Plain LoRA layers are concatenated into one adapter; anything else is merged into a model. Both
run as child processes, because only those import torch.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workers.engines import confined, processes
from workers.engines.faults import Code, PlatformFault, fault_of

TIME_LIMIT_S = 1800


def concatenated(store: Path, layers: Sequence[Path], *, key: str) -> Path:
    """Return a directory with one adapter equal to all layers together."""
    return _made(store, key, "concatenate", list(layers))


def merged(store: Path, base: Path, layers: Sequence[Path], *, key: str) -> Path:
    """Return a directory with the model that the base and its layers make together."""
    return _made(store, key, "merge", [base, *layers])


def _made(store: Path, key: str, program: str, sources: list[Path]) -> Path:
    """Make a directory whole or not at all, named by what it is made of."""
    name = hashlib.sha256(f"{program}\n{key}".encode()).hexdigest()[:24]
    final = store / name
    if final.exists():
        return final
    store.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=store))
    try:
        _run(program, [unfinished, *sources])
        try:
            unfinished.rename(final)
        except OSError:  # somebody else was faster: theirs is the same
            if not final.exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return final


def _run(program: str, paths: list[Path]) -> None:
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
    if done.returncode < 0:
        raise PlatformFault(Code.OUT_OF_MEMORY)
    if done.returncode > 0:
        raise _refusal(done)


def _refusal(done: subprocess.CompletedProcess[str]) -> Exception:
    try:
        told = json.loads(done.stdout.splitlines()[-1])
        return fault_of(told["code"], told["sentence"])
    except (ValueError, LookupError, TypeError):
        full = "No space left" in done.stderr
        code = Code.DISK_FULL if full else Code.BAD_CONFIG
        return PlatformFault(code, done.stderr.strip().splitlines()[-1][-400:])
