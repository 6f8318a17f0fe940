"""A light child for the real harness: it obeys the same orders, and misbehaves as CHILD says.

good: measures at once; deaf: never answers, ignores SIGTERM and has a child that does, too;
greedy: takes memory until the kernel ends it; killed: is ended from outside, as by the kernel.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workers.engines.orders import Measurement

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PIECE = 8 * 2**20
MEASURED = Measurement(
    value=0.5, stderr=0.02, samples=20, metric="acc", versions={"lm_eval": "light"},
    prompt_tokens=100, completion_tokens=20, answering_s=1.0,
)  # fmt: skip


def tell(kind: str, **fields: Any) -> None:
    """Tell the harness."""
    print(json.dumps({"event": kind, **fields}), flush=True)


def write_down(name: str, line: str) -> None:
    """Add a line to a file that the test reads."""
    with Path(os.environ["VAR_DIR"], name).open("a") as file:
        file.write(f"{line}\n")


def measure(number: int, order: dict[str, Any]) -> None:
    """Do what an order asks, in this child's way."""
    write_down("asked.log", f"{order['run']} {order['benchmark']['task']}")
    tell("progress", number=number, done=10, total=20)
    match os.environ.get("CHILD", "good"):
        case "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            other = subprocess.Popen([sys.executable, "-c", DEAF])
            write_down("pids", f"{os.getpid()} {other.pid}")
            time.sleep(600)
        case "greedy":
            limit_memory()
            held = []
            while True:
                held.append(b"x" * PIECE)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            tell("measured", number=number, **MEASURED.as_fields())


def limit_memory() -> None:
    """Enter the memory group that the test has made, if it has."""
    if group := os.environ.get("MEMORY_GROUP"):
        Path(group, "cgroup.procs").write_text(str(os.getpid()))


def main() -> None:
    """Serve orders until standard input ends."""
    tell("ready", is_alone=True, is_locked=True)
    for line in sys.stdin:
        fields = json.loads(line)
        if "order" in fields:
            measure(fields["number"], fields["order"])


if __name__ == "__main__":
    main()
