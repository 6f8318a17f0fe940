"""Child processes that end with their parent, whichever signal ends it.

Every child leads a group of its own, so a Ctrl-C on the terminal reaches only the parent,
which then stops its children in order. Nothing here imports a third-party package.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tools.steps import Refused

STOP_S = 5.0


class Stopped(BaseException):
    """Somebody asked for the end, by Ctrl-C or SIGTERM."""


class _Attention:
    """Whether a signal may interrupt right now, and whether one came while it might not."""

    is_held = False
    is_asked = False

    def heed(self, signum: int, _frame: FrameType | None) -> None:
        for name in SIGNALS:
            signal.signal(name, signal.SIG_IGN)  # once is enough: the end must not be interrupted
        self.is_asked = True
        if not self.is_held:
            raise Stopped(signal.Signals(signum).name)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_attention = _Attention()


def heed_signals() -> None:
    """Turn the first SIGINT, SIGTERM or SIGHUP into `Stopped`."""
    for name in SIGNALS:
        signal.signal(name, _attention.heed)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold a signal back until the block is over, so that no child is started and forgotten."""
    _attention.is_held = True
    try:
        yield
    finally:
        _attention.is_held = False
    if _attention.is_asked:
        raise Stopped


def end(child: subprocess.Popen[bytes], *, timeout_s: float = STOP_S) -> None:
    """Ask the child's group to end, then make it."""
    for name in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, name)
            child.wait(timeout=timeout_s)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    child.wait()


def run(command: Sequence[str | Path], *, log: Path, env: dict[str, str] | None = None) -> None:
    """Run one command to its end with its output in `log`; refuse with its last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before = log.stat().st_size if log.exists() else 0
    child = None
    try:
        with undisturbed(), log.open("ab") as output:
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=env,
            )
        code = child.wait()
    except BaseException:
        if child:
            end(child)
        raise
    if code != 0:
        raise Refused(
            f"It ended with code {code}. Its last lines:\n{tail(log, after=before)}\n"
            f"All of it: {log}"
        )


def start(command: Sequence[str | Path], *, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one command that writes to our own terminal."""
    return subprocess.Popen([str(part) for part in command], start_new_session=True, env=env)


def tail(log: Path, *, lines: int = 12, after: int = 0) -> str:
    """Return the last lines of a log, indented; nothing of what stood before `after` bytes."""
    text = log.read_bytes()[after:].decode(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
