"""The engine pool of this machine: it brings wanted contenders up and keeps them answering.

One process owns all servers. A tick looks at what is wanted, gives the building thread at most
one thing to do, and writes down who answers. Rows are written in the ticking thread only.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Protocol

from django.conf import settings

from evals.models import Contender
from workers import roster, wants
from workers.building import Host
from workers.engines.faults import Code, Fault, PlatformFault
from workers.pulse import Pulse
from workers.retrying import Patience
from workers.roster import Place
from workers.wants import SERVING, Want

logger = logging.getLogger(__name__)
Ask = Callable[[], bool]
Job = Callable[[], Host]
PORTS = 64  # servers on one machine, at most
WEIGH_S = 5.0  # between two looks at a server's memory: a look takes milliseconds


class Builder(Protocol):
    """What takes long; the real one is `workers.building.Builder`."""

    def warm_up(self) -> None:
        """Begin to get ready."""

    def close(self) -> None:
        """End everything that was started."""

    def bury(self) -> None:
        """End what dead servers left behind."""

    def guess_bytes(self, want: Want) -> int:
        """Return about how much memory a want's server takes."""

    def start(self, want: Want, *, port: int, rank: int) -> Host:
        """Start the server that a want needs."""

    def load(self, want: Want, host: Host) -> Host:
        """Load an adapter on its server."""

    def answers(self, place: Place) -> bool:
        """Say whether a token comes back from a place."""

    def ask_api(self, contender: Contender) -> Place:
        """Return where an API answers, after it has."""


class Pool:
    """All servers of this machine."""

    def __init__(self, *, builder: Builder, clock: Callable[[], datetime]) -> None:
        self._builder = builder
        self._clock = clock
        self._hosts: dict[str, Host] = {}
        self._apis: dict[int, Place] = {}
        self._told: set[int] = set()  # contenders whose rows say that they answer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="building")
        self._job: tuple[Want, Future[Host]] | None = None
        self._pulse = Pulse()
        self._weighed_at = -WEIGH_S
        self._patience = Patience()

    def open(self) -> None:
        """Forget an earlier pool's rows, and begin to import vLLM."""
        roster.clear()
        self._builder.warm_up()

    def close(self) -> None:
        """End every server; nobody answers here any more."""
        self._pulse.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._builder.close()
        roster.clear()

    def tick(self) -> None:
        """Bring this machine one step nearer to what is wanted."""
        wanted = wants.wanted()
        self._collect()
        self._listen(wanted)
        self._weigh()
        self._tell(wanted)
        if self._job is None:
            self._begin_next(wanted)

    def _collect(self) -> None:
        """Take what the building thread brought."""
        if self._job is None or not self._job[1].done():
            return
        (want, job), self._job = self._job, None
        try:
            host = job.result()
        except Fault as fault:
            self._failed(want.contender, fault)
            return
        self._hosts[host.name] = host
        self._patience.succeeded(want.contender.pk)

    def _failed(self, contender: Contender, fault: Fault) -> None:
        logger.warning("%s: %s: %s", contender.slug, fault.code, fault.sentence)
        is_users = not fault.is_retryable
        self._patience.failed(contender.pk, is_users=is_users, now=self._clock())
        roster.down(contender.pk, fault)

    def _listen(self, wanted: list[Want]) -> None:
        """Ask everybody for a token now and then; give up who is silent or gone."""
        apis = [each.contender for each in wanted if each.contender.serving == SERVING.API]
        watched: dict[int, Ask] = {each.pk: partial(self._ask_api, each) for each in apis}
        for host in self._hosts.values():
            watched |= {
                pk: partial(self._builder.answers, place) for pk, place in host.places.items()
            }
        answered, silent = self._pulse.look(watched)
        roster.answered(answered, now=self._clock())
        for host in list(self._hosts.values()):
            if not host.server.is_alive():
                self._lose(host, PlatformFault(Code.ENGINE_LOST))
            elif set(silent) & set(host.places):
                self._lose(host, PlatformFault(Code.ENGINE_TIMEOUT))
        for api in apis:
            if api.pk in silent:
                self._apis.pop(api.pk, None)
                self._told.discard(api.pk)
                roster.starting(api, now=self._clock())
                roster.down(api.pk, PlatformFault(Code.BASELINE_UNREACHABLE))

    def _weigh(self) -> None:
        """Write down now and then how much memory each server has needed at most."""
        if time.monotonic() - self._weighed_at < WEIGH_S:
            return
        self._weighed_at = time.monotonic()
        for host in self._hosts.values():
            held = host.server.memory_bytes()
            if held > host.peak_bytes:
                host.peak_bytes = held
                roster.grew(list(host.places), held)

    def _ask_api(self, contender: Contender) -> bool:
        try:
            self._apis[contender.pk] = self._builder.ask_api(contender)
        except Fault:
            return False
        return True

    def _lose(self, host: Host, fault: Fault) -> None:
        logger.warning("The server %s is lost: %s", host.name, fault.sentence)
        self._remove(host, grace_s=0)
        self._builder.bury()
        for pk in host.places:
            roster.down(pk, fault)

    def _remove(self, host: Host, *, grace_s: float) -> None:
        del self._hosts[host.name]
        self._told -= set(host.places)
        host.server.stop(grace_s=grace_s)

    def _tell(self, wanted: list[Want]) -> None:
        """Write down who answers and is wanted, and forget who is not wanted any more."""
        places = self._apis | self._places()
        names = {each.contender.pk: each.contender for each in wanted}
        for pk in (names.keys() & places.keys()) - self._told:
            roster.starting(names[pk], now=self._clock())
            roster.ready(names[pk], places[pk], now=self._clock())
            self._told.add(pk)
        roster.keep(list(names))
        self._told &= names.keys()

    def _places(self) -> dict[int, Place]:
        """Return who is on a server of ours."""
        return {pk: place for host in self._hosts.values() for pk, place in host.places.items()}

    def _begin_next(self, wanted: list[Want]) -> None:
        """Give the building thread the most wanted of what can be done."""
        for want in wanted:
            host, pk = self._hosts.get(want.host), want.contender.pk
            is_here = want.contender.serving == SERVING.API or (host and pk in host.places)
            if is_here or not self._is_due(want):
                continue
            job = self._load_job(want, host, wanted) if host else self._start_job(want, wanted)
            if job is not None:
                roster.starting(want.contender, now=self._clock())
                self._job = want, self._thread.submit(job)
                return

    def _is_due(self, want: Want) -> bool:
        return self._patience.is_due(want.contender.pk, urgent=want.is_urgent, now=self._clock())

    def _start_job(self, want: Want, wanted: list[Want]) -> Job | None:
        """Return how to start a server, once there is room; None while there is not."""
        if not self._make_room(want, wanted):
            return None
        used = {host.port for host in self._hosts.values()}
        ports = range(settings.ENGINE_PORT_FIRST, settings.ENGINE_PORT_FIRST + PORTS)
        port = next(each for each in ports if each not in used)
        rank = max(each.rank for each in wanted if each.host == want.host)
        return partial(self._builder.start, want, port=port, rank=rank)

    def _load_job(self, want: Want, host: Host, wanted: list[Want]) -> Job | None:
        """Return how to load an adapter; a server made for lower ranks is started anew first."""
        if want.rank <= host.rank:
            return partial(self._builder.load, want, host)
        if not any(each.is_urgent and each.contender.pk in host.places for each in wanted):
            self._stop(host)
        return None

    def _make_room(self, want: Want, wanted: list[Want]) -> bool:
        """Stop the least wanted servers until this one fits; say whether it does."""
        order = list(dict.fromkeys(each.host for each in wanted))
        earlier = order[: order.index(want.host)]
        places = {name: place for place, name in enumerate(order)}
        stoppable = [host for host in self._hosts.values() if host.name not in earlier]
        stoppable.sort(key=lambda host: places.get(host.name, len(order)))
        while not (fits := self._fits(want)) and stoppable:
            self._stop(stoppable.pop())
        return fits

    def _fits(self, want: Want) -> bool:
        """Say whether there is room; a server that is alone may always try."""
        used = sum(host.server.memory_bytes() for host in self._hosts.values())
        needed = self._builder.guess_bytes(want)
        return not self._hosts or used + needed <= settings.ENGINE_MEMORY_BYTES

    def _stop(self, host: Host) -> None:
        logger.info("Stopping the server %s to make room", host.name)
        self._remove(host, grace_s=3)
        roster.forget(list(host.places))
