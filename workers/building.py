"""What takes long when contenders are brought up: files, stacks, servers, adapters.

Runs in the pool's one building thread, so that two servers never start at once. Touches no row.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.conf import settings

from evals import addresses, files
from evals.models import Contender
from evals.problems import Refused, Unavailable
from workers.engines import client, control, faults, ranks, sizing, stacks
from workers.engines.faults import Code, Fault, PlatformFault, UserFault
from workers.engines.nursery import Nursery
from workers.engines.vllm import ServerSpec
from workers.roster import Place
from workers.wants import SERVING, Want

RANK_AT_LEAST = 64  # so that most later adapters find a server that can take them
ADAPTERS_A_BATCH = 8
START_TIMEOUT_S = 600.0
TOKEN_TIMEOUT_S = 20.0
UNKNOWN_WEIGHT_BYTES = 2**30


class Running(Protocol):
    """A server of this machine; the real one is `workers.engines.vllm.Server`."""

    @property
    def url(self) -> str:
        """Return its address."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what it was started with."""

    def is_alive(self) -> bool:
        """Say whether its process runs."""

    def memory_bytes(self) -> int:
        """Return what it holds."""

    def stop(self, grace_s: float = 3.0) -> None:
        """End it."""


@dataclass(slots=True)
class Host:
    """One server and who answers on it."""

    name: str
    server: Running
    model_dir: Path
    port: int
    rank: int
    places: dict[int, Place] = field(default_factory=dict)  # by contender
    peak_bytes: int = 0  # the most memory that it was seen to hold

    @property
    def url(self) -> str:
        """Return the address that rows carry."""
        return f"{self.server.url}/v1"

    def place(self, name: str) -> Place:
        """Return where a name of this server answers."""
        self.peak_bytes = max(self.peak_bytes, self.server.memory_bytes())
        return Place(self.url, name, str(self.model_dir), self.peak_bytes, self.server.flags)


@dataclass(frozen=True, slots=True)
class Builder:
    """Brings contenders up on this machine."""

    nursery: Nursery
    store: Path  # made adapters and merged models
    logs: Path

    def warm_up(self) -> None:
        """Begin to import vLLM."""
        self.nursery.warm_up()

    def close(self) -> None:
        """End every server."""
        self.nursery.close()

    def bury(self) -> None:
        """End what dead servers left behind."""
        self.nursery.bury()

    def guess_bytes(self, want: Want) -> int:
        """Return about how much memory a want's server takes, before its files are here."""
        weights = want.stack[0].weight_bytes or UNKNOWN_WEIGHT_BYTES
        return weights * 5 // 4 + sizing.SMALLEST_CACHE_BYTES + sizing.OVERHEAD_BYTES

    def start(self, want: Want, *, port: int, rank: int) -> Host:
        """Start the server that a want needs; an adapter is loaded onto it afterwards."""
        with faults.full_disk_told():
            model_dir = self._model_dir(want)
        served = want.stack[0] if want.contender.serving == SERVING.CONCATENATED else want.contender
        spec = self._spec(model_dir, served, port, rank)
        server = self.nursery.start(spec)
        try:
            server.wait_until_answering(START_TIMEOUT_S)
        except Fault:
            server.stop(grace_s=0)
            raise
        host = Host(want.host, server, model_dir, port, spec.max_lora_rank)
        host.places[served.pk] = host.place(served.slug)
        return host

    def _model_dir(self, want: Want) -> Path:
        """Return the files of the model that a want's server loads."""
        if want.contender.serving == SERVING.MERGED:
            base, *layers = [files_of(each) for each in want.stack]
            return stacks.merged(self.store, base, layers, key=want.key)
        return files_of(want.stack[0])

    def _spec(self, model_dir: Path, served: Contender, port: int, rank: int) -> ServerSpec:
        size = sizing.size_of(model_dir)
        return ServerSpec(
            model_dir=model_dir,
            served_name=served.slug,
            port=port,
            host=settings.ENGINE_HOST,
            log_path=self.logs / f"vllm-{served.slug}.log",
            max_lora_rank=ranks.padded_rank(max(rank, RANK_AT_LEAST)),
            max_loras=ADAPTERS_A_BATCH,
            kv_cache_bytes=size.cache_bytes,
            gpu_memory_share=min(0.9, size.total_bytes / settings.ENGINE_MEMORY_BYTES),
            max_model_len=size.context_tokens,
        )

    def load(self, want: Want, host: Host) -> Host:
        """Load a stack on its base's server; a run proves that it is applied."""
        with faults.full_disk_told():
            layers = [files_of(each) for each in want.stack[1:]]
            adapter = stacks.concatenated(self.store, layers, key=want.key, run=self.nursery.run)
        name = want.contender.slug
        control.load_adapter(host.server.url, name, adapter)
        host.places[want.contender.pk] = host.place(name)
        return host

    def answers(self, place: Place) -> bool:
        """Say whether a token comes back from here."""
        return control.answers(place.url, place.served_name, timeout_s=TOKEN_TIMEOUT_S)

    def ask_api(self, contender: Contender) -> Place:
        """Return where a baseline answers, after it has, or raise BASELINE_UNREACHABLE."""
        try:
            pinned = addresses.pin(contender.locator)  # names can move
        except Refused as refusal:
            raise UserFault(Code.BASELINE_REFUSED, refusal.problems[0].sentence) from refusal
        key, name = addresses.key_for(contender.locator) or "", contender.api_model
        if not asyncio.run(
            client.chat_answers(contender.locator, name, api_key=key, pinned=pinned)
        ):
            raise PlatformFault(Code.BASELINE_UNREACHABLE)
        return Place(contender.locator, name)


def files_of(contender: Contender) -> Path:
    """Return a contender's own files; what the domain refuses is told as a fault."""
    try:
        return files.fetch(contender)
    except Unavailable as error:
        code = error.code if error.code in Code.__members__ else Code.NOT_FOUND
        kind = PlatformFault if error.is_transient else UserFault
        raise kind(code, error.sentence) from error
