"""Supervisor as a child of ours: start it, ask it for programs, end it with all its descendants.

This process adopts every orphan beneath it, so a program whose parent was killed is still
found and ended. Nothing here knows what the programs are.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import cast
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    """Have the kernel stop this child if its parent is killed outright."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """supervisord with one configuration file, as our child."""

    def __init__(self, config: Path, control: Path, log: Path, env: dict[str, str]) -> None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        control.unlink(missing_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=env,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 (it takes no lock)
            )
        self._control = control

    def _server(self) -> ServerProxy:
        """Return a fresh connection: one that failed once cannot be used again."""
        transport = SupervisorTransport(None, None, f"unix://{self._control}")
        return ServerProxy("http://127.0.0.1", transport)

    def wait_until_up(self, *, timeout_s: float = 20) -> bool:
        """Wait for supervisor's socket."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                self._server().supervisor.getState()
            except OSError:
                time.sleep(0.1)
            else:
                return True
        return False

    def start(self, group: str, name: str) -> None:
        """Start one program without waiting for it."""
        try:
            self._server().supervisor.startProcess(f"{group}:{name}", False)
        except Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def states(self) -> dict[str, str]:
        """Return the state of each program by its name: RUNNING, BACKOFF, FATAL, …"""
        try:
            found = cast("list[dict[str, str]]", self._server().supervisor.getAllProcessInfo())
        except (OSError, Fault):
            return {}
        return {one["name"]: one["statename"] for one in found}

    def is_alive(self) -> bool:
        """Tell whether supervisor itself still runs."""
        return self._child.poll() is None

    def end(self, *, timeout_s: float) -> list[str]:
        """Stop every program in order, then whatever is left; return what had to be killed."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        return end_descendants()


def end_descendants() -> list[str]:
    """Kill whatever still lives beneath this process; return what that was."""
    killed = []
    while left := _living(psutil.Process(os.getpid()).children(recursive=True)):
        for process in left:
            killed.append(_name(process))
            _kill(process)
        psutil.wait_procs(left, timeout=2)  # their children are now ours: look again
    return killed


def _living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    living = []
    for process in processes:
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
            else:
                _reap(process.pid)
        except psutil.NoSuchProcess:
            continue
    return living


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # somebody else's child; its parent takes it


def _name(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {process.name()}"
    except psutil.NoSuchProcess:
        return str(process.pid)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
