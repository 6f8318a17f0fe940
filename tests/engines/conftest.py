"""One vLLM server and one harness for all tests of engines, on the zoo's smallest base."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import evil_llm as evil
from workers.engines import control, processes, stacks
from workers.engines.harness import Harness
from workers.engines.nursery import Nursery
from workers.engines.vllm import Server, ServerSpec

ZOO = Path(__file__).resolve().parents[2] / "zoo"
BASE = ZOO / "models" / "heron"
LAYERS = (ZOO / "adapters" / "instruct", ZOO / "adapters" / "sums")


@pytest.fixture(scope="session")
def evil_llm_server() -> Iterator[evil.EvilLLM]:
    """Serve every misbehaviour."""
    with evil.serving() as server:
        yield server


@pytest.fixture
def evil_llm(evil_llm_server: evil.EvilLLM) -> evil.EvilLLM:
    """Return the misbehaving server, forgetful of earlier tests."""
    evil_llm_server.asked.clear()
    evil_llm_server.failures_left = 0
    return evil_llm_server


def in_float32(tasks: str, *, limit: int, layers: Sequence[Path]) -> dict[str, Any]:
    """Return what lm-eval's own `hf` backend asks and hears of the base with layers merged in."""
    command = [sys.executable, "-m", "tests.engines.reference", str(BASE), tasks, str(limit)]
    done = subprocess.run(
        [*command, *map(str, layers)],
        cwd=processes.ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=500,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def engine_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where this session's engines keep logs and made adapters."""
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="session")
def nursery(engine_dir: Path) -> Iterator[Nursery]:
    """Return a nursery that has begun to import vLLM, and that finds no compiler.

    vLLM asks `lscpu` for the cores: the one program that it needs.
    """
    programs = engine_dir / "programs"
    programs.mkdir()
    (programs / "lscpu").symlink_to(shutil.which("lscpu") or "/usr/bin/lscpu")
    with Nursery(registry=engine_dir / "pids", log_path=engine_dir / "nursery.log") as started:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("PATH", str(programs))
            started.warm_up()
        yield started


@pytest.fixture(scope="session")
def harness(engine_dir: Path) -> Iterator[Harness]:
    """Return a harness that has begun to import lm-eval."""
    with Harness(log_path=engine_dir / "harness.log", cache_dir=engine_dir / "cache") as started:
        started.warm_up()
        yield started


@pytest.fixture(scope="session")
def stack(engine_dir: Path) -> Path:
    """Return the two adapters concatenated into one."""
    return stacks.concatenated(engine_dir / "stacks", LAYERS, key="two layers")


@pytest.fixture(scope="session")
def vllm_server(nursery: Nursery, engine_dir: Path, stack: Path) -> Iterator[Server]:
    """Return a server of the base, with the stack loaded as "stack"."""
    spec = ServerSpec(
        model_dir=BASE,
        served_name="base",
        port=free_port(),
        log_path=engine_dir / "server.log",
        max_lora_rank=32,
        max_loras=1,
    )
    server = nursery.start(spec)
    server.wait_until_answering()
    control.load_adapter(server.url, "stack", stack)
    yield server
    server.stop()
