"""A builder of servers that are nothing but a few fields, for tests of the pool."""

from dataclasses import dataclass, field
from pathlib import Path

from evals.models import Contender
from workers.building import Host
from workers.engines.faults import Code, Fault, PlatformFault
from workers.roster import Place
from workers.wants import Want


@dataclass
class FakeServer:
    """A server that lives until it is stopped or killed."""

    port: int
    bytes_held: int
    is_running: bool = True

    @property
    def url(self) -> str:
        """Return an address that nobody listens on."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what it was started with."""
        return ("--dtype", "bfloat16")

    def is_alive(self) -> bool:
        """Say whether nobody has ended it."""
        return self.is_running

    def memory_bytes(self) -> int:
        """Return what it pretends to hold."""
        return self.bytes_held

    def stop(self, grace_s: float = 3.0) -> None:
        """End it."""
        self.is_running = False


@dataclass
class FakeBuilder:
    """Builds at once what it is asked for, or fails as it was told."""

    server_bytes: int = 1_000
    faults: dict[str, Fault] = field(default_factory=dict)  # by slug
    silent: set[str] = field(default_factory=set)  # slugs that give no token
    started: list[str] = field(default_factory=list)  # slugs, in order
    loaded: list[str] = field(default_factory=list)
    servers: list[FakeServer] = field(default_factory=list)
    is_closed: bool = False

    def warm_up(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """End every server."""
        self.is_closed = True

    def bury(self) -> None:
        """Do nothing: nothing is left behind."""

    def guess_bytes(self, want: Want) -> int:
        """Return what a server holds."""
        return self.server_bytes

    def start(self, want: Want, *, port: int, rank: int) -> Host:
        """Return a server of the want's model."""
        is_shared = want.contender.serving == Contender.Serving.CONCATENATED
        served = want.stack[0] if is_shared else want.contender
        self._raise_fault_of(served)
        self.started.append(served.slug)
        server = FakeServer(port, self.server_bytes)
        self.servers.append(server)
        host = Host(want.host, server, Path("/models"), port, max(rank, 16))
        host.places[served.pk] = host.place(served.slug)
        return host

    def load(self, want: Want, host: Host) -> Host:
        """Put an adapter on its server."""
        self._raise_fault_of(want.contender)
        self.loaded.append(want.contender.slug)
        host.places[want.contender.pk] = host.place(want.contender.slug)
        return host

    def answers(self, place: Place) -> bool:
        """Say yes, unless told otherwise."""
        return place.served_name not in self.silent

    def ask_api(self, contender: Contender) -> Place:
        """Return where it answers."""
        if contender.slug in self.silent:
            raise PlatformFault(Code.BASELINE_UNREACHABLE)
        return Place(contender.locator, contender.api_model)

    def _raise_fault_of(self, contender: Contender) -> None:
        if contender.slug in self.faults:
            raise self.faults[contender.slug]
