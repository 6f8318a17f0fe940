"""A child that handles other people's files: no network but its order's, no secret, few files.

Real processes on this host. Where the kernel has neither namespaces nor Landlock, nothing here can
be promised, and the tests say so by being skipped.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jinja2
import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.tree import ROOT
from workers.children import confinement
from workers.children.bounded import TooMuch, bounded
from workers.engines import confined
from workers.engines.confined import Confinement
from workers.engines.gate import Gate

# What hostile code would do in the child's place; it prints what each attempt came to.
CHILD = """
import json, os, socket, sys, _socket
from pathlib import Path
from workers.children import confinement
from workers.engines.confined import Confinement

wanted = Confinement.of_argument(sys.argv[1])
sink, private, parent = int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
alone = confinement.leave_network()
confinement.call_through(socket.socket(fileno=wanted.gate))
locked = confinement.lock_files(
    private=private, readable=[Path(each) for each in wanted.readable],
    writable=[Path(each) for each in wanted.writable],
)

def tried(attempt):
    try:
        return attempt() or "done"
    except OSError as error:
        return type(error).__name__

def called():
    with socket.create_connection(("127.0.0.1", sink)) as line:
        return line.recv(100).decode()

def straight():
    line = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    line.connect(("127.0.0.1", sink))

def datagram():
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", sink))

print(json.dumps({
    "alone": alone,
    "locked": locked,
    "called": tried(called),
    "straight": tried(straight),
    "datagram": tried(datagram),
    "private": tried(lambda: (private / "secret_key").read_text()),
    "readable": tried(lambda: (private / "hub" / "config.json").read_text()),
    "writable": tried(lambda: (private / "samples" / "x").write_text("x") and "written"),
    "elsewhere": tried(lambda: (private.parent / "x").write_text("x") and "written"),
    "parent": tried(lambda: Path(f"/proc/{parent}/environ").read_text()),
    "own": sorted(os.environ),
}))
"""


@pytest.fixture
def target() -> Iterator[int]:
    """Serve at a port and say hello to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                line.sendall(b"hello from the engine")
                line.close()

        threading.Thread(target=greet, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def sink() -> Iterator[tuple[int, list[object]]]:
    """Listen where nobody of ours should ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        callers: list[object] = []
        yield listener.getsockname()[1], callers
        with suppress(TimeoutError):
            callers.append(listener.accept())
        assert callers == []


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """Return a folder as the site has it: a key of its own, and what children need."""
    folder = tmp_path / "var"
    for name in ("hub", "samples"):
        (folder / name).mkdir(parents=True)
    (folder / "secret_key").write_text("canary")
    (folder / "hub" / "config.json").write_text("{}")
    return folder


def run_child(gate: Gate, sink: int, var: Path) -> dict[str, object]:
    """Run the hostile child; return what its attempts came to."""
    wanted = Confinement(
        gate=gate.theirs.fileno(),
        private=str(var),
        readable=(str(var / "hub"),),
        writable=(str(var / "samples"),),
    )
    command = [sys.executable, "-c", CHILD, wanted.as_argument()]
    done = subprocess.run(
        [*command, str(sink), str(var), str(os.getpid())],
        cwd=ROOT,
        env=dict(confined.environment()),
        pass_fds=[gate.theirs.fileno()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


class TestChild:
    def test_reaches_its_order_and_nothing_else(
        self,
        target: int,
        sink: tuple[int, list[object]],
        var: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SECRET_KEY", "canary")
        monkeypatch.setenv("DATABASE_URL", "postgres://site:canary@db/site")
        gate = Gate()
        gate.open_to(f"http://127.0.0.1:{target}")

        found = run_child(gate, sink[0], var)
        gate.close()

        if not found["alone"] or not found["locked"]:
            pytest.skip(f"This host does not confine: {found}")
        assert found["called"] == "hello from the engine"  # whatever address it gives
        assert found["straight"] in ("OSError", "PermissionError")
        assert found["datagram"] in ("OSError", "PermissionError")
        assert found["private"] == found["parent"] == found["elsewhere"] == "PermissionError"
        assert found["readable"] == "{}"
        assert found["writable"] == "written"
        assert not {"SECRET_KEY", "DATABASE_URL"} & set(found["own"])  # type: ignore[call-overload]

    def test_reaches_nobody_before_its_first_order(
        self, sink: tuple[int, list[object]], var: Path
    ) -> None:
        gate = Gate()

        found = run_child(gate, sink[0], var)
        gate.close()

        assert found["called"] == "ConnectionRefusedError"


class TestEnvironment:
    def test_has_no_secret_but_the_key_of_the_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("SECRET_KEY", "REDIS_URL", "GITHUB_CLIENT_SECRET", "EXAMPLE_KEY", "OTHER_KEY"):
            monkeypatch.setenv(name, "canary")

        given = confined.environment(keep=["EXAMPLE_KEY"])

        assert [name for name, value in given.items() if value == "canary"] == ["EXAMPLE_KEY"]
        assert given["PATH"]


class TestBounded:
    ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"

    @staticmethod
    def render(template: str) -> str:
        environment = ImmutableSandboxedEnvironment()
        return environment.from_string(template).render()

    def test_stops_a_template_without_end(self) -> None:
        with pytest.raises(TooMuch, match="come to an end"), bounded(seconds=0.3):
            self.render(self.ENDLESS)

    def test_stops_a_template_that_grows(self) -> None:
        with pytest.raises(TooMuch, match="memory"), bounded():
            self.render("{{ 'a' * 9000000000 }}")

    def test_leaves_other_errors_and_later_work_alone(self) -> None:
        with pytest.raises(jinja2.TemplateError), bounded():
            self.render("{{ nothing.at.all }}")
        with bounded():
            assert self.render("{{ 1 + 1 }}") == "2"

        assert len("a" * 600_000_000) == 600_000_000


class TestHost:
    def test_says_what_it_allows(self) -> None:
        command = [sys.executable, "-m", "workers.children.confinement"]

        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

        assert set(json.loads(said.stdout)) == {"network", "files", "tcp"}
        assert json.loads(said.stdout)["tcp"] is (confinement.landlock_version() >= 4)
