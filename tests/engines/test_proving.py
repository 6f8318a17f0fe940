"""Probes of real stacks on a real server: what is applied, what is not, what changes nothing."""

from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from evals import proofs
from tests.engines.conftest import BASE, LAYERS
from workers.engines import control
from workers.engines.harness import Harness
from workers.engines.orders import Target, TargetKind
from workers.engines.proofs import ProofOrder, Proven
from workers.engines.vllm import Server

pytestmark = [pytest.mark.engine]


def proven(harness: Harness, server: Server, name: str, *layers: Path) -> Proven:
    target = Target(TargetKind.VLLM, server.url, name, tokenizer_dir=str(BASE))
    paths = tuple(str(each) for each in (BASE, *layers))
    return harness.prove(ProofOrder(target, paths, base_name="base"))


class TestProve:
    def test_finds_a_stack_applied_and_its_base_unchanged(
        self, harness: Harness, vllm_server: Server
    ) -> None:
        found = proven(harness, vllm_server, "stack", *LAYERS)

        assert proofs.judge(found).verdict == "APPLIED"
        assert found.moved is not None
        assert found.moved > 0.1
        assert found.base_drift is not None
        assert found.base_drift < 0.02

    def test_catches_a_server_that_gives_the_base_instead(
        self, harness: Harness, vllm_server: Server
    ) -> None:
        found = proven(harness, vllm_server, "base", *LAYERS)

        assert proofs.judge(found).verdict == "NOT_APPLIED"

    def test_catches_a_server_that_leaves_a_layer_out(
        self, harness: Harness, vllm_server: Server
    ) -> None:
        control.load_adapter(vllm_server.url, "half", LAYERS[0])

        found = proven(harness, vllm_server, "half", *LAYERS)

        assert proofs.judge(found).verdict == "NOT_APPLIED"

    def test_says_that_an_untrained_adapter_is_its_parent(
        self, harness: Harness, vllm_server: Server, tmp_path: Path
    ) -> None:
        control.load_adapter(vllm_server.url, "untrained", untrained(LAYERS[0], tmp_path))

        found = proven(harness, vllm_server, "untrained", tmp_path)

        assert proofs.judge(found).verdict == "IDENTICAL"


def untrained(layer: Path, folder: Path) -> Path:
    """Write a copy of an adapter as it is before its first step: every B is zero."""
    tensors = load_file(layer / "adapter_model.safetensors")
    zeroed = {name: each * 0 if "lora_B" in name else each for name, each in tensors.items()}
    save_file(zeroed, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text((layer / "adapter_config.json").read_text())
    return folder
