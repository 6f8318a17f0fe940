"""Where a harness works and what it may touch there; starting one is all that this does."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from workers.engines import confined, processes
from workers.engines.child import Child
from workers.engines.confined import Confinement
from workers.engines.gate import Gate

logger = logging.getLogger(__name__)

CHILD = "workers.children.harness"
QUIET = {
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Workplace:
    """The files of a harness, and those that it may read and write."""

    log_path: Path
    cache_dir: Path
    registry: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    private: Path | None = None
    readable: Sequence[Path] = ()
    writable: Sequence[Path] = ()

    def start(self, key_variable: str) -> Child:
        """Start a harness that holds this variable's secret and no other, in a group of its own."""
        for folder in (self.log_path.parent, self.cache_dir, *self.readable, *self.writable):
            with suppress(PermissionError):  # a child is given what is there when it starts
                folder.mkdir(parents=True, exist_ok=True)
        gate = Gate()
        with self.log_path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", CHILD, self._confinement(gate)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment(key_variable),
                cwd=processes.ROOT,
                start_new_session=True,
                pass_fds=[gate.theirs.fileno()],
            )
        if self.registry is not None:
            with suppress(psutil.NoSuchProcess):
                processes.register(self.registry, psutil.Process(process.pid))
        return Child(process, gate, key_variable, heed=self._heed)

    def _environment(self, key_variable: str) -> dict[str, str]:
        temporary = self.cache_dir / "tmp"
        temporary.mkdir(exist_ok=True)
        places = {"HF_HOME": str(self.cache_dir), "TMPDIR": str(temporary)}
        environment = confined.environment(keep=[key_variable], **QUIET, **places)
        mark = {} if self.registry is None else processes.mark(self.registry)
        return {**environment, **mark, **self.environment}

    def _confinement(self, gate: Gate) -> str:
        """Return what the child may touch, as its argument."""
        folders = [str(each) for each in (self.cache_dir, *self.writable, Path("/dev"))]
        return Confinement(
            gate=gate.theirs.fileno(),
            private=str(self.private or ""),
            readable=tuple(map(str, self.readable)),
            writable=tuple(folders),
        ).as_argument()

    def _heed(self, *, is_alone: bool, is_locked: bool) -> None:
        """Tell the log where this host does not confine the child as it should."""
        if not is_alone:
            logger.warning("This host gives the scoring child no network of its own.")
        if not is_locked and self.private is not None:
            logger.warning("This host does not keep the scoring child from the site's files.")
