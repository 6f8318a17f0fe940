"""Other programs to compare with, each in an environment of its own under VAR_DIR/.tools.

Made once with the installer's uv, and never imported by this process.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools import install

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve()


def environment(requirement: str) -> Path:
    """Return the Python of an environment that has this package; make it first if need be."""
    place = VAR / ".tools" / requirement.replace("==", "-")
    python = place / "bin" / "python"
    if (place / "complete").exists():
        return python
    install.install_uv()
    uv_environment = install.uv_environment()
    print(f"Installing {requirement} into an environment of its own …", flush=True)
    venv = [str(install.UV), "venv", "--clear", "--python", sys.executable, str(place)]
    subprocess.run(venv, check=True, env=uv_environment, stderr=subprocess.DEVNULL)
    into = [str(install.UV), "pip", "install", "--python", str(python), requirement]
    subprocess.run(into, check=True, env=uv_environment, stderr=subprocess.DEVNULL)
    (place / "complete").touch()
    return python


def ask(python: Path, script: str, *arguments: object) -> dict[str, Any]:
    """Run a script of this directory and return the JSON of its last line."""
    return _asked([str(python), str(ROOT / "benchmarks" / script), *map(str, arguments)], _plain())


def ask_ours(module: str, *arguments: object, threads: int = 1) -> dict[str, Any]:
    """Run a module of ours the same way: in a process of its own."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    return _asked([sys.executable, "-m", module, *map(str, arguments)], environment)


def ask_site(module: str, call: str) -> dict[str, Any]:
    """Run a function of a module inside a new, empty installation."""
    with tempfile.TemporaryDirectory() as place:
        code = (
            f"from {module.rpartition('.')[0]} import {module.rpartition('.')[2]} as it; it.{call}"
        )
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return _asked(command, {**os.environ, "VAR_DIR": place})


def _asked(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{ended.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def _plain() -> dict[str, str]:
    """Return the environment without what would lead a peer to our packages or our threads."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "OPENBLAS_NUM_THREADS"}
    return {name: value for name, value in os.environ.items() if name not in ours}
