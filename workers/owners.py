"""Names for the processes that hold runs, from which another on the same machine can tell a death.

A name is machine, process namespace, process id, and a word that no other process has ever had.
"""

import os
import secrets
import socket
from contextlib import suppress
from functools import cache

import psutil


@cache
def this_process() -> str:
    """Return the name of this process."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Say whether an owner is known to have ended; of another machine's nothing is known."""
    machine, _, rest = owner.rpartition(":")[0].rpartition(":")
    return machine == _machine() and rest.isdecimal() and not psutil.pid_exists(int(rest))


@cache
def _machine() -> str:
    """Return what two processes share exactly if they see each other's ids."""
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    return f"{socket.gethostname()[:60]}:{namespace}"
