"""Servers from birth to death: none outlives whoever owns it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.engines.conftest import BASE, LAYERS, free_port
from tests.evil_llm import EvilLLM
from workers.engines import control, processes, stacks
from workers.engines.faults import Code, Fault
from workers.engines.nursery import Nursery
from workers.engines.vllm import Server, ServerSpec

OWNER = """
import sys, time
from pathlib import Path
from workers.engines.nursery import Nursery
nursery = Nursery(registry=Path(sys.argv[1]), log_path=Path(sys.argv[2]))
nursery.warm_up()
print("started", flush=True)
time.sleep(600)
"""


def spec(directory: Path, model_dir: Path = BASE) -> ServerSpec:
    return ServerSpec(model_dir, "mortal", free_port(), directory / "mortal.log", max_loras=1)


def happens(condition: Callable[[], bool], *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def engine_of(server: Server) -> psutil.Process:
    [engine] = [p for p in server.process.children(recursive=True) if "EngineCore" in p.name()]
    return engine


@pytest.mark.engine
class TestServer:
    @pytest.fixture
    def server(self, nursery: Nursery, tmp_path: Path) -> Server:
        server = nursery.start(spec(tmp_path))
        server.wait_until_answering()
        return server

    def test_ends_with_its_engine_when_stopped(self, server: Server) -> None:
        engine = engine_of(server)
        assert server.memory_bytes() > 100 * 2**20

        server.stop()

        assert not server.is_alive()
        assert not processes.is_alive(engine)

    def test_an_engine_dies_with_its_server_and_a_server_with_its_engine(
        self, server: Server, nursery: Nursery, tmp_path: Path
    ) -> None:
        engine = engine_of(server)
        server.process.kill()
        assert happens(lambda: not processes.is_alive(engine), within_s=5)

        other = nursery.start(spec(tmp_path))
        other.wait_until_answering()
        engine_of(other).kill()
        assert happens(lambda: not other.is_alive(), within_s=20)

    def test_a_hanging_engine_gives_no_token(self, server: Server) -> None:
        engine_of(server).send_signal(signal.SIGSTOP)

        assert server.is_alive()
        assert not control.answers(server.url, "mortal", timeout_s=1)

        server.stop(grace_s=0.5)
        assert not server.is_alive()

    def test_says_why_it_did_not_start(self, nursery: Nursery, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"model_type": "unheard-of"}')
        server = nursery.start(spec(tmp_path, model_dir=tmp_path))

        with pytest.raises(Fault) as caught:
            server.wait_until_answering()

        assert caught.value.code == Code.ENGINE_START_FAILED
        assert "unheard-of" in caught.value.sentence


@pytest.mark.engine
class TestProgram:
    def test_makes_the_adapter_that_a_process_of_its_own_makes(
        self, nursery: Nursery, stack: Path, tmp_path: Path
    ) -> None:
        made = stacks.concatenated(tmp_path, LAYERS, key="two layers", run=nursery.run)

        for name in ("adapter_model.safetensors", "adapter_config.json"):
            assert (made / name).read_bytes() == (stack / name).read_bytes()

    def test_tells_its_fault(self, nursery: Nursery, tmp_path: Path) -> None:
        with pytest.raises(Fault) as caught:
            stacks.concatenated(tmp_path, [tmp_path / "none"], key="x", run=nursery.run)

        assert caught.value.code == Code.NOT_FOUND


class TestNursery:
    def test_ends_with_its_owner(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", OWNER, str(tmp_path / "pids"), str(tmp_path / "log")]
        owner = subprocess.Popen(
            command, cwd=processes.ROOT, stdout=subprocess.PIPE, env=dict(os.environ)
        )
        assert owner.stdout is not None
        with owner.stdout:
            owner.stdout.readline()
        [nursery] = psutil.Process(owner.pid).children()

        owner.kill()
        owner.wait()

        assert happens(lambda: not processes.is_alive(nursery), within_s=20)


class TestAnswers:
    def test_means_that_a_token_came_back(self, evil_llm: EvilLLM) -> None:
        assert control.answers(evil_llm.url, "good")

    @pytest.mark.parametrize("model", ["null", "html", "http-500", "no-choices", "stall"])
    def test_is_not_misled(self, evil_llm: EvilLLM, model: str) -> None:
        assert not control.answers(evil_llm.url, model, timeout_s=0.5)


class TestLoadAdapter:
    @pytest.mark.engine
    def test_names_an_adapter_that_does_not_fit(self, vllm_server: Server, tmp_path: Path) -> None:
        with pytest.raises(Fault) as caught:
            control.load_adapter(vllm_server.url, "nothing", tmp_path)

        assert caught.value.code == Code.ADAPTER_MISFIT

    @pytest.mark.engine
    def test_may_be_repeated(self, vllm_server: Server, stack: Path) -> None:
        control.load_adapter(vllm_server.url, "stack", stack)

        assert control.answers(vllm_server.url, "stack")
