"""What a child that handles other people's files may not do: call anybody, read our secrets.

`leave_network` moves this process into a network of its own, in which there is nothing; whoever
it may talk to is connected by its parent (`workers/engines/gate.py`) and handed over. `lock_files`
has the kernel refuse files outside a list, TCP, and every look into other processes. A host that
allows neither says so in what is returned; `manage.py doctor` shows it.

`python -m workers.children.confinement` tries both and prints what this host allows.
"""

import contextlib
import ctypes
import json
import os
import resource
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS = 38
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
READ_FILE, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 1, 1 << 14
CHANGES = 0x1FF0 | WRITE_FILE  # make and remove files and folders, write to them
SINCE = {3: TRUNCATE}  # by version of the kernel's interface
TCP = 0b11  # bind and connect; since version 4
OTHERS = 0b11  # sockets and signals of other processes; since version 6
PATH_BENEATH = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Confined:
    """What the host allowed."""

    network: bool  # it has a network of its own, with nothing in it
    files: bool  # the kernel refuses what is not on the list
    tcp: bool  # the kernel refuses TCP, whatever the network


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("tcp", ctypes.c_uint64),
        ("others", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def leave_network() -> bool:
    """Move into an empty network, before any thread starts; say whether the host allowed it."""
    owner, group = os.getuid(), os.getgid()
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        with contextlib.suppress(OSError):  # unmapped, it is nobody, and still owns its files
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{owner} {owner} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        return True
    return bool(_libc.unshare(CLONE_NEWNET) == 0)


def lock_files(*, private: Path, readable: Sequence[Path], writable: Sequence[Path]) -> bool:
    """Let this thread read all but a private folder, and write to a few; for ever.

    Inside the private folder only what is named can be read. Other processes' memory and
    environment cannot be read from then on.
    """
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    version = landlock_version()
    if version < 1:
        return False
    changes = CHANGES | sum(bit for since, bit in SINCE.items() if version >= since)
    ruleset = _ruleset(version, READ_FILE | changes)
    for path in [*_around(private), *readable]:
        _allow(ruleset, path, READ_FILE)
    for path in writable:
        _allow(ruleset, path, READ_FILE | changes)
    done = bool(_libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)
    return done


def landlock_version() -> int:
    """Return the version of the kernel's interface; below 1 there is none."""
    return int(_libc.syscall(CREATE_RULESET, None, 0, 1))


def _ruleset(version: int, files: int) -> int:
    wanted = _Ruleset(files, TCP if version >= 4 else 0, OTHERS if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    return int(_libc.syscall(CREATE_RULESET, ctypes.byref(wanted), size, 0))


def _around(private: Path) -> Iterator[Path]:
    """Yield everything beside a folder and beside each folder that it lies in; no link to them."""
    private = private.resolve()
    way = {private, *private.parents}
    for folder in private.parents:
        with contextlib.suppress(OSError):
            yield from (each for each in folder.iterdir() if each.resolve() not in way)


def _allow(ruleset: int, path: Path, access: int) -> None:
    if not path.is_dir():
        access &= READ_FILE | WRITE_FILE | TRUNCATE  # the others are of folders
    with contextlib.suppress(OSError):  # it vanished, or may not be opened anyway
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = _Beneath(access, folder)
        _libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(folder)


def call_through(gate: socket.socket) -> None:
    """Have every TCP connection of this process made by its parent, who decides to whom."""
    lock, direct = Lock(), socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family not in (socket.AF_INET, socket.AF_INET6):
            direct(self, address)
            return
        with lock:
            gate.send(b"connect")
            said, handed, _, _ = socket.recv_fds(gate, 200, 1)
        if not handed:
            raise ConnectionRefusedError(said.decode(errors="replace"))
        os.dup2(handed[0], self.fileno(), inheritable=False)
        os.close(handed[0])
        os.set_blocking(self.fileno(), self.gettimeout() is None)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _numeric  # type: ignore[assignment]


def _numeric(_host: object, port: object, *_: object, **__: object) -> list[Any]:
    """Answer for every name: the parent knows to whom it connects."""
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


def _try() -> Confined:
    network = leave_network()
    here = Path(__file__).resolve()
    files = lock_files(private=here.parent, readable=[], writable=[])
    if files:
        try:
            here.read_bytes()
        except PermissionError:
            pass
        else:
            files = False
    return Confined(network, files, tcp=files and landlock_version() >= 4)


if __name__ == "__main__":
    print(json.dumps(asdict(_try())), file=sys.stdout)
