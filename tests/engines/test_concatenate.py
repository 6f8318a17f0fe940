"""A stack as one adapter: exactly the sum of its layers' changes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from workers.children import concatenate, lora
from workers.engines import ranks, stacks
from workers.engines.faults import Code, Fault

WIDTH_IN, WIDTH_OUT = 12, 10
MODULES = ("model.layers.0.self_attn.q_proj", "model.layers.1.mlp.up_proj")


def write_layer(
    directory: Path, shapes: dict[str, int], seed: int = 0, **config: Any
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Save an adapter as PEFT does, with a rank for each module; return its factors."""
    generator = torch.Generator().manual_seed(seed)
    factors, tensors = {}, {}
    for name, rank in shapes.items():
        a = torch.randn(rank, WIDTH_IN, generator=generator, dtype=torch.float64)
        b = torch.randn(WIDTH_OUT, rank, generator=generator, dtype=torch.float64)
        factors[name] = a, b
        tensors[f"{lora.PREFIX}{name}.lora_A.weight"] = a
        tensors[f"{lora.PREFIX}{name}.lora_B.weight"] = b
    directory.mkdir(parents=True, exist_ok=True)
    save_file(tensors, directory / "adapter_model.safetensors")
    defaults = {"peft_type": "LORA", "r": next(iter(shapes.values())), "lora_alpha": 8}
    (directory / "adapter_config.json").write_text(json.dumps(defaults | config))
    return factors


@st.composite
def layer_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a layer: which modules it has, with which rank, alpha and rule of scaling."""
    names = draw(st.lists(st.sampled_from(MODULES), min_size=1, unique=True))
    shapes = {name: draw(st.integers(1, 12)) for name in names}
    return {
        "shapes": shapes,
        "alphas": {name: draw(st.integers(1, 64)) for name in names},
        "use_rslora": draw(st.booleans()),
    }


def expected_scaling(rank: int, alpha: int, *, use_rslora: bool) -> float:
    return alpha / rank**0.5 if use_rslora else alpha / rank


class TestConcatenate:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(layer_plans(), min_size=1, max_size=4))
    def test_is_the_sum_of_the_layers(
        self, tmp_path_factory: pytest.TempPathFactory, plans: list[dict[str, Any]]
    ) -> None:
        folder = tmp_path_factory.mktemp("layers")
        total = {name: torch.zeros(WIDTH_OUT, WIDTH_IN, dtype=torch.float64) for name in MODULES}
        for number, planned in enumerate(plans):
            factors = write_layer(
                folder / str(number),
                planned["shapes"],
                seed=number,
                rank_pattern=planned["shapes"],
                alpha_pattern=planned["alphas"],
                use_rslora=planned["use_rslora"],
            )
            for name, (a, b) in factors.items():
                scaling = expected_scaling(
                    a.shape[0], planned["alphas"][name], use_rslora=planned["use_rslora"]
                )
                total[name] += scaling * b @ a

        joined = concatenate.concatenate([lora.read(folder / str(n)) for n in range(len(plans))])

        for name, change in total.items():
            if name in joined:
                torch.testing.assert_close(
                    joined[name].b @ joined[name].a, change, rtol=1e-12, atol=1e-12
                )
            else:
                assert not change.any()

    def test_pads_to_a_rank_that_the_engine_serves(self, tmp_path: Path) -> None:
        write_layer(tmp_path / "a", {MODULES[0]: 5})
        write_layer(tmp_path / "b", {MODULES[0]: 6, MODULES[1]: 6})

        joined = concatenate.concatenate([lora.read(tmp_path / "a"), lora.read(tmp_path / "b")])

        assert {factors.rank for factors in joined.values()} == {16}

    def test_what_it_saves_is_read_back_unchanged(self, tmp_path: Path) -> None:
        write_layer(tmp_path / "a", {MODULES[0]: 3})
        joined = concatenate.concatenate([lora.read(tmp_path / "a")])

        rank = concatenate.save(tmp_path / "out", joined, {})

        again = lora.read(tmp_path / "out")
        assert rank == 8
        assert again.modules[MODULES[0]].scaling == 1.0
        assert torch.equal(again.modules[MODULES[0]].b, joined[MODULES[0]].b)

    def test_refuses_layers_of_different_bases(self, tmp_path: Path) -> None:
        write_layer(tmp_path / "a", {MODULES[0]: 4})
        layer = lora.read(tmp_path / "a")
        other = lora.Factors(torch.ones(4, WIDTH_IN + 1), torch.ones(WIDTH_OUT, 4), 1.0)

        with pytest.raises(Fault) as caught:
            concatenate.concatenate([layer, lora.Layer({MODULES[0]: other}, {})])

        assert caught.value.code == Code.ADAPTER_MISFIT


class TestRead:
    @pytest.mark.parametrize(
        "config",
        [
            {"use_dora": True},
            {"modules_to_save": ["lm_head"]},
            {"bias": "all"},
            {"peft_type": "IA3"},
            {"trainable_token_indices": [1]},
        ],
    )
    def test_refuses_what_is_more_than_plain_lora(
        self, tmp_path: Path, config: dict[str, Any]
    ) -> None:
        write_layer(tmp_path, {MODULES[0]: 4}, **config)

        with pytest.raises(Fault) as caught:
            lora.read(tmp_path)

        assert caught.value.code == Code.ADAPTER_MISFIT

    @pytest.mark.parametrize("module", ["lm_head", "model.embed_tokens"])
    def test_refuses_heads_and_embeddings(self, tmp_path: Path, module: str) -> None:
        write_layer(tmp_path, {module: 4})

        with pytest.raises(Fault) as caught:
            lora.read(tmp_path)

        assert caught.value.code == Code.ADAPTER_MISFIT

    def test_names_a_damaged_file(self, tmp_path: Path) -> None:
        write_layer(tmp_path, {MODULES[0]: 4})
        weights = tmp_path / "adapter_model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-100])

        with pytest.raises(Fault) as caught:
            lora.read(tmp_path)

        assert caught.value.code == Code.CORRUPT_WEIGHTS

    def test_names_a_rank_that_contradicts_the_weights(self, tmp_path: Path) -> None:
        write_layer(tmp_path, {MODULES[0]: 4}, r=5)

        with pytest.raises(Fault) as caught:
            lora.read(tmp_path)

        assert caught.value.code == Code.BAD_CONFIG


class TestStacks:
    def test_are_made_once_and_found_again(self, tmp_path: Path) -> None:
        write_layer(tmp_path / "a", {MODULES[0]: 4})

        first = stacks.concatenated(tmp_path / "store", [tmp_path / "a"], key="a")
        made_at = first.stat().st_mtime_ns
        again = stacks.concatenated(tmp_path / "store", [tmp_path / "a"], key="a")

        assert again == first
        assert again.stat().st_mtime_ns == made_at
        assert [each.name for each in (tmp_path / "store").iterdir()] == [first.name]

    def test_leave_nothing_behind_when_refused(self, tmp_path: Path) -> None:
        write_layer(tmp_path / "a", {MODULES[0]: 4}, use_dora=True)

        with pytest.raises(Fault) as caught:
            stacks.concatenated(tmp_path / "store", [tmp_path / "a"], key="a")

        assert caught.value.code == Code.ADAPTER_MISFIT
        assert list((tmp_path / "store").iterdir()) == []


class TestPaddedRank:
    def test_is_the_next_one_served(self) -> None:
        assert [ranks.padded_rank(rank) for rank in (1, 2, 8, 17, 300)] == [1, 8, 8, 32, 320]

    def test_has_an_end(self) -> None:
        with pytest.raises(Fault) as caught:
            ranks.padded_rank(513)

        assert caught.value.code == Code.RANK_TOO_HIGH
