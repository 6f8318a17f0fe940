"""Small disks of memory that can be filled and made read-only; the host must allow mounting."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A mounted disk."""

    path: Path

    def fill(self) -> None:
        """Leave no room on it."""
        with (self.path / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(4096)):
                continue

    def clear(self) -> None:
        """Make room again."""
        (self.path / "filler").unlink()


@contextmanager
def mounted(path: Path, *, size: str) -> Iterator[Disk]:
    """Mount a small disk for the length of a `with` block, or skip the test."""
    path.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path))
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Let nobody write to a file or a directory for the length of a `with` block."""
    _mount("--bind", str(path), str(path))
    try:
        _mount("-o", "remount,bind,ro", str(path))
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False)


def _mount(*arguments: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk here")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this host does not let us mount: {done.stderr.strip()[:80]}")
