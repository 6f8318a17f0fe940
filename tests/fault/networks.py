"""Machines on a network of their own: namespaces on one switch, whose cables can be pulled.

Each has its own address, name and process ids, so that none can see that the others are near.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

PREFIX = "10.213.77"
HERE = f"{PREFIX}.254"  # where the test itself is on that network


@dataclass(frozen=True)
class Machine:
    """One of them."""

    name: str
    address: str
    space: str
    switch: str

    @property
    def network(self) -> tuple[str, ...]:
        """Return how a command gets into its network."""
        return ("ip", "netns", "exec", self.space)

    @property
    def prefix(self) -> tuple[str, ...]:
        """Return how a command gets onto the machine: its network, its name, its processes."""
        apart = ("unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
        named = f'hostname {self.name}; exec "$@"'
        return (*self.network, *apart, "sh", "-c", named, "sh")

    def cut(self) -> None:
        """Pull its cable."""
        _ip("-n", self.switch, "link", "set", self.name, "down")

    def heal(self) -> None:
        """Put the cable back."""
        _ip("-n", self.switch, "link", "set", self.name, "up")


@contextmanager
def network(*names: str) -> Iterator[dict[str, Machine]]:
    """Set machines up for the length of a `with` block, or skip the test."""
    switch, here = f"p4p-{os.getpid()}", f"p4p{os.getpid()}"
    machines = {
        name: Machine(name, f"{PREFIX}.{number}", f"{switch}-{name}", switch)
        for number, name in enumerate(names, start=1)
    }
    spaces = [switch, *(machine.space for machine in machines.values())]
    try:
        _set_up(spaces, list(machines.values()), here)
        yield machines
    finally:
        for space in spaces:
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", here], capture_output=True, check=False)


def _set_up(spaces: Sequence[str], machines: Sequence[Machine], here: str) -> None:
    switch = spaces[0]
    try:
        for space in spaces:
            _ip("netns", "add", space)
            _ip("-n", space, "link", "set", "lo", "up")
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        for machine in machines:
            _ip("-n", machine.space, "link", "add", "cable", "type", "veth",
                "peer", "name", machine.name, "netns", switch)  # fmt: skip
            _plug_in(("-n", machine.space), "cable", machine.address, switch, machine.name)
        _ip("link", "add", here, "type", "veth", "peer", "name", "test", "netns", switch)
        _plug_in((), here, HERE, switch, "test")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network can be made here: {error}")


def _plug_in(where: Sequence[str], cable: str, address: str, switch: str, port: str) -> None:
    _ip(*where, "addr", "add", f"{address}/24", "dev", cable)
    _ip(*where, "link", "set", cable, "up")
    _ip("-n", switch, "link", "set", port, "master", "bridge")
    _ip("-n", switch, "link", "set", port, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
