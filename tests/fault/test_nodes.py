"""A web node and two worker nodes, PostgreSQL and Redis apart; a worker node is cut off.

Everything runs on a network of its own. While a run is measured and battles stream, the cable of
the node that measures is pulled for longer than its lease, and put back.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from arena import ratings
from arena.models import Battle, Response
from evals.models import Deployment, EvalRun, Score, Suite
from tests import factories
from tests.fault import copies
from tests.fault.copies import Server
from tests.fault.networks import HERE, PREFIX, Machine, network
from tests.fault.processes import Place, Web, eventually, process, web
from tests.fault.queueing import SHORT_LEASE, are_done, queued, told
from tests.workers import stub_llm
from tests.workers.stub_llm import Script
from workers.models import Heartbeat

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.long,
    pytest.mark.database("postgresql"),
]

BATTLES = 4
WORKERS = ("one", "two")
VARIABLES = {**SHORT_LEASE, "TURN_LEASE_S": "4", "LOOK_S": "1", "BENCHMARK_S": "4"}
SCRIPTS = {name: Script(tuple("word " for _ in range(60)), pause_s=0.1) for name in ("a", "b")}


@contextmanager
def moved(server: Server) -> Iterator[None]:
    """Have this process, too, speak to another PostgreSQL with the same tables."""
    told = connection.settings_dict
    before = {name: told[name] for name in ("HOST", "PORT")}
    for place in ({"HOST": server.host, "PORT": server.port}, before):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
        told.update(place)
        if place is not before:
            try:
                yield
            except BaseException:
                connection.close()
                connection.close_pool()  # type: ignore[attr-defined]
                told.update(before)
                raise


@contextmanager
def database(data: Path, machine: Machine) -> Iterator[None]:
    """Run PostgreSQL on a machine, over a copy of the test's database."""
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {PREFIX}.0/24 trust\n")
    server = Server(data, 5432, machine.address, machine.network)
    server.start()
    try:
        with moved(server):
            yield
    finally:
        server.end()


@dataclass
class Talk:
    """A battle, and everything that its stream has brought."""

    id: str
    headers: dict[str, str]
    url: str
    heard: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Read the stream to its end, like a browser that connects again when it breaks."""
        with httpx.Client(headers=self.headers, timeout=30) as client:
            while not any("event: end" in piece for piece in self.heard):
                with client.stream("GET", f"{self.url}/battles/{self.id}/stream") as stream:
                    self.heard.extend(stream.iter_text())


@dataclass
class Nodes:
    """The whole installation."""

    machines: dict[str, Machine]
    site: Web

    def begin(self) -> Talk:
        """Begin a battle and listen to it."""
        url = f"{self.site.url}/api/v1"
        begun = httpx.post(f"{url}/battles", json={"prompt": "2+2?"}, timeout=10).json()
        talk = Talk(begun["id"], {"Authorization": f"Bearer {begun['token']}"}, url)
        threading.Thread(target=talk.listen, daemon=True).start()
        return talk

    def measuring(self) -> Machine | None:
        """Return the machine that holds the run."""
        run = EvalRun.objects.filter(state="RUNNING", checkpoints__state="RUNNING").first()
        return self.machines[run.lease_owner.split(":")[0]] if run else None


@pytest.fixture
def nodes(place: Place, open_folder: Path, generative_suite: Suite) -> Iterator[Nodes]:
    """Start everything."""
    with ExitStack() as running:
        machines = running.enter_context(network("data", "web", *WORKERS))
        data, pages = machines["data"], machines["web"]
        talking = running.enter_context(stub_llm.serve(SCRIPTS, host=HERE))
        for name in SCRIPTS:
            factories.deployment(factories.model(name), url=talking.url, served_name=name)
        running.enter_context(database(copies.crash_copy(open_folder), data))
        redis = ["redis-server", "--bind", data.address, "--protected-mode", "no", "--save", ""]
        running.enter_context(process(place, "redis", [*data.prefix, *redis]))
        place.redis_url = f"redis://{data.address}:6379"
        site = web(place, prefix=pages.prefix, host=pages.address)
        nodes = Nodes(machines, running.enter_context(site))
        for name in WORKERS:
            _start_worker(running, place, machines[name])
        yield nodes


def _start_worker(running: ExitStack, place: Place, machine: Machine) -> None:
    home = place.folder / machine.name
    home.mkdir()
    command = [*machine.prefix, *place.worker_command("runs,answers", f"{machine.name}@%h")]
    variables = {**VARIABLES, "VAR_DIR": str(home)}
    running.enter_context(process(place, machine.name, command, **variables))


@dataclass
class Round:
    """One run and a few battles at the moment at which a cable is pulled."""

    nodes: Nodes
    run: EvalRun
    talks: list[Talk]

    @classmethod
    def begun(cls, nodes: Nodes, suite: Suite) -> Self:
        """Begin everything, and return when it is under way."""
        [run] = queued(suite)
        Deployment.objects.update(answered_at=timezone.now() + timedelta(hours=1))
        begun = cls(nodes, run, [nodes.begin() for _ in range(BATTLES)])
        assert eventually(begun.is_heard)
        assert eventually(nodes.measuring), told([run])
        return begun

    def is_heard(self) -> bool:
        """Say whether battles stream; a worker just healed may tell one from its rows."""
        return any(any("event: text" in piece for piece in talk.heard) for talk in self.talks)

    def is_over(self) -> bool:
        """Say whether all is measured and answered, and every stream has told so."""
        ids = [talk.id for talk in self.talks]
        return (
            are_done([self.run])
            and Battle.objects.filter(pk__in=ids, state="READY").count() == BATTLES
            and all("event: end" in "".join(talk.heard) for talk in self.talks)
        )

    def told(self) -> list[object]:
        """Return where everything stands, for whoever reads a failure."""
        ids = [talk.id for talk in self.talks]
        rows = Battle.objects.filter(pk__in=ids).values_list(
            "pk", "state", "error_code", "turns__attempt", "turns__lease_until"
        )
        return [told([self.run]), *rows, *(talk.heard[-3:] for talk in self.talks)]

    def judge(self) -> None:
        """Vote on every battle, and see that nothing is there twice."""
        for talk in self.talks:
            address = f"{talk.url}/battles/{talk.id}/vote"
            vote = httpx.post(address, json={"choice": "A"}, headers=talk.headers)
            assert vote.status_code == 201
            assert Response.objects.filter(turn__battle__id=talk.id).count() == 2
        self.run.refresh_from_db()
        assert (self.run.state, self.run.attempt) == ("SUCCEEDED", 2)
        assert Score.objects.filter(run=self.run).count() == 2


def has_come_back(machine: Machine, since: datetime) -> bool:
    alive = Heartbeat.objects.filter(name__startswith=f"runs@{machine.name}:")
    return alive.filter(beat_at__gt=since).exists()


def votes_in_ratings() -> int:
    snapshot = ratings.current()
    return snapshot.votes if snapshot else 0


@pytest.mark.fault("F36", "the node that measures cut off past its lease amid battles, then healed")
def test_a_node_that_is_cut_off_loses_nothing_and_doubles_nothing(
    nodes: Nodes, place: Place, generative_suite: Suite, rounds: int, recovery: dict[str, float]
) -> None:
    slowest, tries = 0.0, min(rounds, 5)
    for _ in range(tries):
        begun = Round.begun(nodes, generative_suite)
        machine = nodes.measuring()
        assert machine is not None
        machine.cut()
        cut_at = time.monotonic()
        assert eventually(begun.is_over, within_s=60), begun.told()
        slowest = max(slowest, time.monotonic() - cut_at)
        machine.heal()
        is_back = partial(has_come_back, machine, timezone.now())
        assert eventually(is_back, within_s=60), place.said(machine.name)[-3000:]
        begun.judge()
    assert eventually(lambda: votes_in_ratings() == BATTLES * tries)
    recovery |= {"seconds": round(slowest, 1), "rounds": tries}
