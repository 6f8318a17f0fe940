"""One vLLM server on this machine: what it serves, whether it works, how it ends.

A server is forked by `workers.engines.nursery` and runs in a process group of its own.
"""

from __future__ import annotations

import importlib.util
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from workers.engines import processes
from workers.engines.control import answers
from workers.engines.faults import Code, PlatformFault

# An adapter's lm_head would crash the CPU engine when prompt log-probabilities are asked, and is
# silently left out of them on a GPU; such adapters are merged instead.
LORA_MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
PASSING = ("--model", "--served-model-name", "--host", "--port")
ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
    "VLLM_MAX_STOP_STRINGS": "64",
    "VLLM_NO_USAGE_STATS": "1",
}
ENVIRONMENT_ON_CPU = {
    # The C library gives memory back after every layer and has it zeroed again for the next, which
    # takes a third of a small model's time.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(512 * 2**20),
    "MALLOC_TOP_PAD_": str(64 * 2**20),
    "TORCH_COMPILE_DISABLE": "1",  # else counting ranks compiles C++ for 25 s, or fails without gcc
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # else every server binds itself to the first core
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # lets the engine run the model without a third process
}


def is_on_cpu() -> bool:
    """Say whether the installed vLLM computes on the processor.

    Its files tell. Asking Python for a module inside would import all of vLLM, and torch, here.
    """
    found = importlib.util.find_spec("vllm")
    return bool(found and found.origin and any(Path(found.origin).parent.glob("_C_AVX2*")))


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What one server serves and how much it may take."""

    model_dir: Path
    served_name: str
    port: int
    log_path: Path
    api_key: str = ""
    host: str = "127.0.0.1"  # where it listens, and where other machines reach it
    max_lora_rank: int = 64
    max_loras: int = 4  # adapters in one batch; more than these wait in processor memory
    kv_cache_bytes: int = 256 * 2**20  # on a processor
    gpu_memory_share: float = 0.9
    max_model_len: int | None = None  # None: what the model was made for
    extra_arguments: tuple[str, ...] = ()

    def arguments(self, *, on_cpu: bool) -> list[str]:
        """Return the command line of the server."""
        given = {
            "--model": str(self.model_dir),
            "--served-model-name": self.served_name,
            "--host": self.host,
            "--port": str(self.port),
            "--max-lora-rank": str(self.max_lora_rank),
            "--max-loras": str(self.max_loras),
            "--max-cpu-loras": str(max(32, self.max_loras)),
            "--max-logprobs": "128",
            "--scheduling-policy": "priority",  # people before benchmarks
            "--uvicorn-log-level": "warning",
        }
        if self.max_model_len is not None:
            given["--max-model-len"] = str(self.max_model_len)
        if on_cpu:
            given["--distributed-executor-backend"] = "uni"
            given["--kv-cache-memory-bytes"] = str(self.kv_cache_bytes)
            given["--block-size"] = "32"  # shorter blocks: more of a context is found again
        else:
            given["--gpu-memory-utilization"] = str(self.gpu_memory_share)
        flags = ["--enable-lora", "--enable-prefix-caching", "--disable-log-stats"]
        flags += ["--enforce-eager"] if on_cpu else []
        pairs = [part for pair in given.items() for part in pair]
        return [*pairs, *flags, "--lora-target-modules", *LORA_MODULES, *self.extra_arguments]

    def flags(self, *, on_cpu: bool) -> tuple[str, ...]:
        """Return the arguments that bear on answers: not where files and servers happen to be."""
        given = self.arguments(on_cpu=on_cpu)
        passing = {at for at, each in enumerate(given) if each in PASSING}
        return tuple(each for at, each in enumerate(given) if not {at, at - 1} & passing)

    def environment(self) -> dict[str, str]:
        """Return what only this server's environment holds; a key is no command line's business."""
        return {"VLLM_API_KEY": self.api_key} if self.api_key else {}


@dataclass(slots=True)
class Server:
    """One running server."""

    spec: ServerSpec
    process: psutil.Process
    started_at: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        """Return the address without the /v1 of the API."""
        return f"http://{self.spec.host}:{self.spec.port}"

    @property
    def flags(self) -> tuple[str, ...]:
        """Return its command line, without what names only this start of it."""
        return self.spec.flags(on_cpu=is_on_cpu())

    def is_alive(self) -> bool:
        """Say whether its process still runs; only a token tells whether it works."""
        return processes.is_alive(self.process)

    def memory_bytes(self) -> int:
        """Return what the server and its engine hold, shared pages counted once between them."""
        return processes.memory_bytes(self.process)

    def wait_until_answering(self, timeout_s: float = 300.0) -> float:
        """Return the seconds until the first token, or raise ENGINE_START_FAILED."""
        deadline = self.started_at + timeout_s
        while time.monotonic() < deadline:
            if not self.is_alive():
                raise PlatformFault(Code.ENGINE_START_FAILED, self._last_words())
            if answers(self.url, self.spec.served_name, api_key=self.spec.api_key, timeout_s=10):
                return time.monotonic() - self.started_at
            time.sleep(0.2)
        raise PlatformFault(
            Code.ENGINE_START_FAILED, f"No token within {timeout_s:.0f} s. {self._last_words()}"
        )

    def stop(self, grace_s: float = 3.0) -> None:
        """End the server and its engine: politely, then not."""
        processes.end_group(self.process, grace_s=grace_s)

    def _last_words(self) -> str:
        lines = processes.tail(self.spec.log_path)
        errors = [line for line in lines if "Error" in line]
        return " ".join((errors or lines)[-2:])[-600:]
