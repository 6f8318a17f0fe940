"""A process that imports vLLM once and forks a server whenever it is asked.

Importing vLLM takes 10 s of processor time and 500 MB; a fork takes nothing and shares it. So do
our own programs that only want torch: making an adapter of a stack takes 3 s less.
Orders are JSON lines on standard input; each is answered by a line with the new process id.
Every fork dies with this process, and this process ends with its standard input.
"""

import ctypes
import errno
import importlib
import json
import multiprocessing
import os
import signal
import sys
import traceback
from typing import Any

PRELOADED = (
    "vllm.entrypoints.launchers.api_server.entry",
    "vllm.v1.engine.core",
    "vllm.v1.engine.utils",
)
PRELOADED_ON_CPU = ("vllm.v1.worker.cpu_worker", "vllm.model_executor.models.llama")
PR_SET_PDEATHSIG = 1
LOOK_S = 1.0


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prepare() -> None:
    """Import everything that a server needs, so that forks start warm."""
    for name in PRELOADED:
        importlib.import_module(name)
    platform = importlib.import_module("vllm.platforms").current_platform
    if platform.is_cpu():
        for name in PRELOADED_ON_CPU:
            importlib.import_module(name)
        # The kernel kills who uses AMX without having asked; vLLM does not ask, forks inherit.
        importlib.import_module("torch._C")._cpu._init_amx()  # noqa: SLF001
        # vLLM spawns its engine on CPU, which imports everything again; nothing here has
        # started a thread that a fork could lose.
        engine: Any = importlib.import_module("vllm.v1.engine.utils")
        engine.get_mp_context = lambda: multiprocessing.get_context("fork")
        importlib.import_module("workers.children.cpu_lora").install()
        importlib.import_module("workers.children.cpu_echo").install()


def _become_server(order: dict[str, Any]) -> None:
    """Turn this fresh fork into a server, in a group of its own, writing to its own log."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    sys.argv = ["vllm", *order["arguments"]]
    importlib.import_module("vllm.entrypoints.launchers.api_server.entry").main()


def _become_program(order: dict[str, Any]) -> None:
    """Turn this fresh fork into one of our programs; what it prints goes to a file."""
    os.setsid()
    os.dup2(os.open(order["answer"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    try:
        importlib.import_module(f"workers.children.{order['program']}").main(order["arguments"])
    except Exception as error:
        traceback.print_exc()
        is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        code = "DISK_FULL" if is_full else "BAD_CONFIG"
        print(json.dumps({"code": code, "sentence": str(error)[-400:]}))
    sys.stdout.flush()


def _watch_owner() -> None:
    """End with the owner even while importing, when nobody reads standard input."""
    owner = os.getppid()

    def look(*_: object) -> None:
        if os.getppid() != owner:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_S, LOOK_S)


def main() -> None:
    """Serve orders until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    _watch_owner()
    _prepare()
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.register_at_fork(after_in_child=_die_with_parent)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the servers
    print(json.dumps({"ready": True}), file=answers)
    while line := sys.stdin.readline():
        order = json.loads(line)
        if (pid := os.fork()) == 0:
            try:
                (_become_program if "program" in order else _become_server)(order)
            finally:
                os._exit(1)
        print(json.dumps({"pid": pid}), file=answers)


if __name__ == "__main__":
    main()
