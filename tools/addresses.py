"""Ports, sockets and the lock that keeps a second runner out of the same var/ directory."""

from __future__ import annotations

import fcntl
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tools.programs import Machine
from tools.steps import Refused

SOCKET_PATH_MAX = 100  # the kernel allows 107 bytes, and supervisor appends its process id


@contextmanager
def only_one(here: Machine) -> Iterator[None]:
    """Hold this var/ directory for one runner."""
    here.run_dir.mkdir(parents=True, exist_ok=True)
    here.log_dir.mkdir(parents=True, exist_ok=True)
    with (here.run_dir / "runner.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise Refused(
                f"It runs already (process {held.read().strip()}, files in {here.var}). "
                "Stop that one with Ctrl-C, or give this one a VAR_DIR and a PORT of its own."
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


def check(here: Machine) -> None:
    """Refuse what would fail later, in words that say what to do."""
    if len(str(here.control)) > SOCKET_PATH_MAX:
        raise Refused(f"{here.var} is too long a path for sockets: set VAR_DIR to a shorter one.")
    if "%" in str(here.var):
        raise Refused(f"supervisor cannot keep files in {here.var}: its path has a % in it.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", here.port))
        except PermissionError as error:
            raise Refused(f"Port {here.port} needs root: choose one above 1023.") from error
        except OverflowError as error:
            raise Refused(f"{here.port} is no port: choose one from 1024 to 65535.") from error
        except OSError as error:
            raise Refused(
                f"Port {here.port} is taken by another program: choose one, "
                f"for example `PORT={here.port + 1} make run`."
            ) from error


def is_anyone_at(ports: Iterable[int]) -> bool:
    """Tell whether somebody listens on one of these loopback ports."""
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
    return False


def answers(url: str) -> bool:
    """Tell whether a page comes back, whatever it says, as long as it is no fault of ours."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (our own address)
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
