"""Results of the slow benchmarks, kept in benchmarks/results with the machine they ran on."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from benchmarks.report import Figure

RESULTS = Path(__file__).resolve().parent / "results"


def write(name: str, figures: Sequence[Figure], **more: Any) -> Path:
    """Write the figures of a run, and return where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "benchmark": name,
        "at": datetime.now(tz=UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "holds": all(figure.holds for figure in figures),
        "figures": [
            {
                "name": each.name,
                "value": float(f"{each.value:.5g}"),
                "unit": each.unit,
                "target": each.target,
                "samples": each.samples,
                "holds": each.holds,
            }
            for each in figures
        ],
        **more,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, Any]:
    """Return what decides how fast it was."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
