"""Pin every package: pyproject.toml in, requirements*.txt out (`make lock`).

requirements.txt       a machine with a GPU
requirements-cpu.txt   a machine without
requirements-dev.txt   what tests and checks need, on top of either
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools import children, install
from tools.steps import FAILED, Refused, say, step

CPU, GPU, DEV = (install.ROOT / f"requirements{suffix}.txt" for suffix in ("-cpu", "", "-dev"))


def _compile(out: Path, *options: str) -> None:
    env = install.uv_environment()
    project = install.ROOT / "pyproject.toml"
    with step(f"Resolving {out.name}") as line:
        children.run(
            [install.UV, "pip", "compile", "--quiet", "--upgrade", "--no-annotate",
             "--python-version", install.PYTHON_VERSION, "--custom-compile-command", "make lock",
             *options, project, "-o", out],
            log=install.LOG, env=env,
        )  # fmt: skip
        line.done = f"Resolved {out.name}: {len(_pins(out))} packages"


def _pins(lock: Path) -> set[str]:
    return {line for line in lock.read_text().splitlines() if re.match(r"[\w.-]+==", line)}


def _keep_only_what_is_on_top(layer: Path, below: Path) -> None:
    """Drop from `layer` what `below` already pins."""
    doubled = _pins(below)
    lines = [line for line in layer.read_text().splitlines() if line not in doubled]
    layer.write_text("\n".join(lines) + "\n")


def main() -> int:
    """Write all three."""
    children.heed_signals()
    try:
        install.install_uv()
        _compile(CPU, "--extra", "cpu")
        _compile(GPU, "--extra", "gpu")
        _compile(DEV, "--extra", "cpu", "--group", "dev", "--constraint", str(CPU))
        _keep_only_what_is_on_top(DEV, CPU)
    except Refused as refusal:
        say(FAILED, str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
