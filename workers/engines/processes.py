"""Processes by pid and birth time: end a group, count its memory, bury what a crash left.

A pid alone may belong to somebody else by now; with the moment of its birth it cannot. What a
registered process starts carries the registry's name in its environment, so even a descendant that
left its group, as an engine may, is known when everybody between has died.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "P4P_CHILD_OF"
ROOT = Path(__file__).resolve().parents[2]  # children start here: local tasks name files from it


def is_alive(process: psutil.Process) -> bool:
    """Say whether it still runs; a zombie does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def family(process: psutil.Process) -> list[psutil.Process]:
    """Return the process and everything below it."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [process]


def group(pgid: int) -> list[psutil.Process]:
    """Return the living members of a process group, whoever their parent is by now."""
    members = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == pgid and is_alive(process):
                members.append(process)
    return members


def memory_bytes(process: psutil.Process) -> int:
    """Return the memory of a process and its descendants, each shared page counted in part."""
    total = 0
    for member in family(process):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += int(member.memory_full_info().pss)
    return total


def end_group(process: psutil.Process, *, grace_s: float) -> None:
    """Ask a session leader's group to end, wait, then kill what is left of it."""
    members = {member.pid: member for member in [*family(process), *group(process.pid)]}
    _signal(members.values(), signal.SIGTERM)
    _, left = psutil.wait_procs(members.values(), timeout=grace_s)
    _signal(left, signal.SIGKILL)
    psutil.wait_procs(left, timeout=2)


def _signal(members: Iterable[psutil.Process], number: int) -> None:
    for member in members:
        with suppress(psutil.NoSuchProcess):
            member.send_signal(number)


def register(registry: Path, process: psutil.Process) -> None:
    """Write down a session leader that must not outlive its owner."""
    registry.parent.mkdir(parents=True, exist_ok=True)
    with registry.open("a") as lines:
        lines.write(json.dumps([process.pid, process.create_time()]) + "\n")


def reap(registry: Path) -> int:
    """Kill the registered processes that still live, with their groups; return how many did."""
    reaped = 0
    for pid, born in _registered(registry):
        for orphan in [*_same(pid, born), *_orphans_of(pid, born)]:
            end_group(orphan, grace_s=0)
            reaped += 1
    registry.unlink(missing_ok=True)
    return reaped + bury(registry)


def bury(registry: Path) -> int:
    """Kill what registered processes left behind when they died; return how many."""
    living = {each.pid for entry in _registered(registry) for each in _same(*entry)}
    orphans = [each for each in _marked(registry) if not living & _line(each)]
    _signal(orphans, signal.SIGKILL)
    psutil.wait_procs(orphans, timeout=2)
    return len(orphans)


def mark(registry: Path) -> dict[str, str]:
    """Return the part of an environment by which the descendants of a process are known."""
    return {MARK: str(registry.resolve())}


def _marked(registry: Path) -> list[psutil.Process]:
    name, found = str(registry.resolve()), []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):  # gone, a zombie, or somebody else's
            if process.environ().get(MARK) == name and is_alive(process):
                found.append(process)
    return found


def _line(process: psutil.Process) -> set[int]:
    """Return the ids of a process and all its ancestors."""
    with suppress(psutil.NoSuchProcess):
        return {process.pid, *(each.pid for each in process.parents())}
    return {process.pid}


def _registered(registry: Path) -> list[tuple[int, float]]:
    if not registry.exists():
        return []
    entries = []
    for line in registry.read_text().splitlines():
        with suppress(ValueError):  # a line cut short by a crash
            pid, born = json.loads(line)
            entries.append((int(pid), float(born)))
    return entries


def _same(pid: int, born: float) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if abs(process.create_time() - born) < 1 and is_alive(process):
            return [process]
    return []


def _orphans_of(pid: int, born: float) -> list[psutil.Process]:
    """Return group members that outlived their leader; they cannot be older than it."""
    if psutil.pid_exists(pid):
        return []
    return [member for member in group(pid) if member.create_time() >= born - 1]


def tail(path: Path, lines: int = 40) -> list[str]:
    """Return the last lines of a log."""
    if not path.exists():
        return []
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 20_000))
        text = log.read().decode(errors="replace")
    return [line for line in text.splitlines() if line.strip()][-lines:]
