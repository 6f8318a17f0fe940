"""An adapter that trains the output layer: merged it scores as PEFT does, served plainly not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from tests.engines.conftest import BASE, ZOO, free_port, in_float32
from tests.engines.test_parity import NATS, order, rows
from workers.engines import control, stacks
from workers.engines.harness import Harness
from workers.engines.nursery import Nursery
from workers.engines.orders import BenchmarkSpec
from workers.engines.vllm import Server, ServerSpec

pytestmark = [pytest.mark.engine]
ENDINGS = ZOO / "adapters" / "endings"  # it trains lm_head, if only a little
LOUDER = 6  # so many times as much
SPEC = BenchmarkSpec("zoo_endings", "acc", limit=30)


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the adapter with more of its output layer, so that losing it cannot be overlooked."""
    folder = tmp_path_factory.mktemp("louder")
    tensors = load_file(ENDINGS / "adapter_model.safetensors")
    louder = {n: each * LOUDER if "lm_head.lora_B" in n else each for n, each in tensors.items()}
    save_file(louder, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text((ENDINGS / "adapter_config.json").read_text())
    return folder


@pytest.fixture(scope="module")
def expected(layer: Path) -> list[float]:
    """Return PEFT's log-probability of every choice, in float32."""
    found = in_float32(SPEC.task, limit=30, layers=[layer])
    return [response[0] for response in found[SPEC.task]["responses"]]


@pytest.fixture(scope="module")
def merged_server(nursery: Nursery, engine_dir: Path, layer: Path) -> Iterator[Server]:
    """Return a server of the base with the layer merged into it, as the pool serves it."""
    model = stacks.merged(engine_dir / "stacks", BASE, [layer], key="louder endings")
    server = nursery.start(ServerSpec(model, "merged", free_port(), engine_dir / "merged.log"))
    server.wait_until_answering()
    yield server
    server.stop()


def apart(harness: Harness, server: Server, name: str, path: Path, expected: list[float]) -> float:
    """Return the mean difference from PEFT; every choice is one token."""
    harness.measure(order(SPEC, server, name, path))
    scored = [each["logprob"] for row in rows(path) for each in json.loads(row["choices"])]
    gaps: list[float] = [abs(ours - theirs) for ours, theirs in zip(scored, expected, strict=True)]
    return sum(gaps) / len(gaps)


class TestLmHead:
    def test_is_scored_as_peft_does_once_merged(
        self, harness: Harness, merged_server: Server, expected: list[float], tmp_path: Path
    ) -> None:
        assert apart(harness, merged_server, "merged", tmp_path / "m.parquet", expected) <= NATS

    def test_is_lost_where_the_adapter_is_served_plainly(
        self,
        harness: Harness,
        vllm_server: Server,
        expected: list[float],
        layer: Path,
        tmp_path: Path,
    ) -> None:
        control.load_adapter(vllm_server.url, "plain", layer)

        assert apart(harness, vllm_server, "plain", tmp_path / "p.parquet", expected) > NATS
