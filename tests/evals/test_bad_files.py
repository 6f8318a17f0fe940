"""Files that must not be ranked: one row a kind, with the code that answers it.

Ids are those of the catalogue of bad inputs.
"""

import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from evals import submissions
from evals.models import Contender, Suite
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import ADAPTER, DIRECTORY, codes, refused

pytestmark = pytest.mark.django_db


def changed(files: Mapping[str, bytes], **changes: bytes | None) -> dict[str, bytes]:
    """Return files with some replaced or, where None, left out; "__" stands for a dot."""
    named = {name.replace("__", "."): content for name, content in changes.items()}
    return {name: content for name, content in (dict(files) | named).items() if content is not None}


MODEL = trees.model_files()
SHARDS = b'{"weight_map": {"a": "b.safetensors"}}'
MODELS: dict[str, tuple[Mapping[str, bytes], str]] = {
    "B24 pickle only": (
        changed(MODEL, model__safetensors=None, pytorch_model__bin=b"x"), "PICKLE_ONLY",
    ),
    "no weights": (changed(MODEL, model__safetensors=None), "NO_WEIGHTS"),
    "B26 auto_map": (
        trees.model_files(auto_map={"AutoModelForCausalLM": "x.Y"}), "REMOTE_CODE",
    ),
    "B26 auto_map of the tokenizer": (
        changed(MODEL, tokenizer_config__json=b'{"auto_map": {"AutoTokenizer": "x.Y"}}'),
        "REMOTE_CODE",
    ),
    "B26 auto_map of the processor": (
        changed(MODEL, processor_config__json=b'{"auto_map": {"AutoProcessor": "x.Y"}}'),
        "REMOTE_CODE",
    ),
    "B28 header of 2^63": (
        changed(MODEL, model__safetensors=struct.pack("<Q", 2**63) + b"{}"), "CORRUPT_WEIGHTS",
    ),
    "B28 cut short": (
        changed(MODEL, model__safetensors=MODEL["model.safetensors"][:-1]), "CORRUPT_WEIGHTS",
    ),
    "B30 vocabulary": (trees.model_files(vocab_size=10**9), "CONFIG_OUT_OF_RANGE"),
    "B30 layers": (trees.model_files(num_hidden_layers=10**6), "CONFIG_OUT_OF_RANGE"),
    "B30 layers as text": (trees.model_files(num_hidden_layers="4"), "CONFIG_OUT_OF_RANGE"),
    "B30 vocabulary above the embedding": (trees.model_files(vocab_size=33), "CONFIG_OUT_OF_RANGE"),
    "no model type": (trees.model_files(model_type=None), "CONFIG_UNREADABLE"),
    "config is no JSON": (changed(MODEL, config__json=b"{"), "CONFIG_UNREADABLE"),
    "config is a list": (changed(MODEL, config__json=b"[]"), "CONFIG_UNREADABLE"),
    "config is deep": (changed(MODEL, config__json=b"[" * 100_000), "CONFIG_UNREADABLE"),
    "config is huge": (changed(MODEL, config__json=b" " * 2_000_001), "CONFIG_TOO_LARGE"),
    "no config": (changed(MODEL, config__json=None), "CONFIG_MISSING"),
    "an adapter": (trees.adapter_files(), "IS_AN_ADAPTER"),
    "a shard is missing": (
        changed(MODEL, model__safetensors__index__json=SHARDS),
        "WEIGHTS_MISSING",
    ),
}  # fmt: skip


class TestModels:
    @pytest.mark.parametrize(("files", "code"), MODELS.values(), ids=MODELS)
    def test_are_refused_with_a_code(
        self, root: Path, suite: Suite, files: Mapping[str, bytes], code: str
    ) -> None:
        trees.write(root / "models/bad", files)

        assert codes(refused(replace(DIRECTORY, locator="models/bad"))) == {code}

    def test_names_the_pickles(self, root: Path, suite: Suite) -> None:
        trees.write(root / "models/bad", MODELS["B24 pickle only"][0])

        assert "pytorch_model.bin" in str(refused(replace(DIRECTORY, locator="models/bad")))

    def test_above_the_size_limit_are_refused(
        self, root: Path, suite: Suite, settings: Settings
    ) -> None:
        settings.MAX_MODEL_BYTES = 100

        assert codes(refused(DIRECTORY)) == {"TOO_LARGE"}

    def test_without_a_licence_are_refused_where_one_is_required(
        self, root: Path, suite: Suite, settings: Settings
    ) -> None:
        settings.REQUIRE_LICENCE = True

        assert codes(refused(DIRECTORY)) == {"LICENCE_REQUIRED"}

    def test_whose_content_is_another_are_refused(self, root: Path, suite: Suite) -> None:
        assert codes(refused(replace(DIRECTORY, revision="sha256:12345"))) == {"REVISION_NOT_FOUND"}


ADAPTERS: dict[str, tuple[Mapping[str, bytes], str]] = {
    "B40 other width": (
        trees.adapter_files(shapes=trees.lora(inner=9)), "ADAPTER_DOES_NOT_FIT",
    ),
    "B40 other height": (
        trees.adapter_files(shapes=trees.lora(outer=9)), "ADAPTER_DOES_NOT_FIT",
    ),
    "B40 other layers": (
        trees.adapter_files(
            shapes=trees.lora(module=trees.Q.replace("layers.0", "layers.7"))
        ),
        "ADAPTER_DOES_NOT_FIT",
    ),
    "B40 half a pair": (
        trees.adapter_files(shapes={f"{trees.Q}.lora_A.weight": (4, 8)}), "ADAPTER_DOES_NOT_FIT",
    ),
    "B40 other rank": (
        trees.adapter_files(rank=8, shapes=trees.lora(4)), "ADAPTER_DOES_NOT_FIT",
    ),
    "B42 rank": (trees.adapter_files(rank=1024), "RANK_TOO_HIGH"),
    "B44 pickle only": (
        changed(
            trees.adapter_files(), adapter_model__safetensors=None, adapter_model__bin=b"x"
        ),
        "PICKLE_ONLY",
    ),
    "not LoRA": (trees.adapter_files(peft_type="IA3"), "ADAPTER_TYPE_UNSUPPORTED"),
    "no rank": (trees.adapter_files(r=None), "CONFIG_OUT_OF_RANGE"),
    "rank 0": (trees.adapter_files(r=0), "CONFIG_OUT_OF_RANGE"),
    "alpha is NaN": (trees.adapter_files(lora_alpha=float("nan")), "CONFIG_OUT_OF_RANGE"),
    "alpha is text": (trees.adapter_files(lora_alpha="8"), "CONFIG_OUT_OF_RANGE"),
    "a model": (trees.model_files(), "NOT_AN_ADAPTER"),
}  # fmt: skip


class TestAdapters:
    @pytest.fixture(autouse=True)
    def heron(self, root: Path, suite: Suite) -> Contender:
        accepted = submissions.submit(
            order=DIRECTORY, submitter=None, submitter_key="ada", now=NOON
        )
        return accepted.submission.contender

    @pytest.mark.parametrize(("files", "code"), ADAPTERS.values(), ids=ADAPTERS)
    def test_are_refused_with_a_code(
        self, root: Path, files: Mapping[str, bytes], code: str
    ) -> None:
        trees.write(root / "adapters/bad", files)

        assert codes(refused(replace(ADAPTER, locator="adapters/bad"))) == {code}

    def test_that_do_not_fit_name_the_tensor(self, root: Path) -> None:
        trees.write(root / "adapters/bad", ADAPTERS["B40 other width"][0])

        refusal = refused(replace(ADAPTER, locator="adapters/bad"))

        assert refusal.problems[0].field == "parent_slug"
        assert f"{trees.Q}.lora_A.weight" in str(refusal)

    def test_whose_ranks_add_up_too_high_are_refused_with_the_limit(
        self, root: Path, settings: Settings
    ) -> None:
        settings.MAX_LORA_RANK = 6
        first = submissions.submit(order=ADAPTER, submitter=None, submitter_key="a", now=NOON)

        refusal = refused(replace(ADAPTER, parent_slug=first.submission.contender.slug))

        assert codes(refusal) == {"RANK_TOO_HIGH"}
        assert "8" in str(refusal)
        assert "6" in str(refusal)

    def test_whose_base_has_changed_are_refused(self, root: Path) -> None:
        trees.write(root / "models/heron", {"note.txt": b"changed"})

        assert codes(refused(ADAPTER)) == {"PARENT_UNAVAILABLE"}
