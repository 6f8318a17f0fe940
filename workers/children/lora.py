"""One LoRA layer as PEFT saved it, read exactly: per-module factors with their own scaling.

Only plain LoRA on linear modules is read. Whatever else changes the model (DoRA, biases, whole
trained modules, heads and embeddings) raises ADAPTER_MISFIT: such stacks are merged instead.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from workers.engines.faults import Code, UserFault

PREFIX = "base_model.model."
MERGED_ONLY = ("lm_head", "embed_tokens", "wte", "embed_out")
TRAITS = (
    "alora_invocation_tokens",
    "arrow_config",
    "kasa_config",
    "layer_replication",
    "lora_bias",
    "modules_to_save",
    "monteclora_config",
    "target_parameters",
    "trainable_token_indices",
    "use_bdlora",
    "use_dora",
    "use_qalora",
    "velora_config",
)  # each makes an adapter more than a sum of products
KEY = re.compile(rf"^{re.escape(PREFIX)}(?P<module>.+)\.lora_(?P<factor>[AB])\.weight$")


@dataclass(frozen=True, slots=True)
class Factors:
    """The change of one module: scaling * B @ A."""

    a: torch.Tensor  # rank x in
    b: torch.Tensor  # out x rank
    scaling: float

    @property
    def rank(self) -> int:
        """Return how many directions the change has."""
        return int(self.a.shape[0])


@dataclass(frozen=True, slots=True)
class Layer:
    """One adapter."""

    modules: dict[str, Factors]
    config: dict[str, Any]


def read(directory: Path) -> Layer:
    """Return the adapter saved in a directory, or raise a coded fault."""
    config = _config(directory / "adapter_config.json")
    try:
        tensors = load_file(directory / "adapter_model.safetensors")
    except FileNotFoundError as error:
        raise UserFault(Code.NOT_FOUND, "adapter_model.safetensors is missing.") from error
    except SafetensorError as error:
        raise UserFault(Code.CORRUPT_WEIGHTS) from error
    found: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        match = KEY.match(name)
        if match is None or match["module"].split(".")[-1] in MERGED_ONLY:
            raise _misfit(f"it trains {name.removeprefix(PREFIX)}")
        found.setdefault(match["module"], {})[match["factor"]] = tensor
    modules = {name: _factors(name, pair, config) for name, pair in sorted(found.items())}
    return Layer(modules=modules, config=config)


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise UserFault(Code.NOT_FOUND, "adapter_config.json is missing.") from error
    except ValueError as error:
        raise UserFault(Code.BAD_CONFIG, "adapter_config.json is no JSON.") from error
    if not isinstance(config, dict) or not isinstance(config.get("r"), int):
        raise UserFault(Code.BAD_CONFIG, "adapter_config.json gives no rank.")
    if config.get("peft_type", "LORA") != "LORA":
        raise _misfit(f"it is of the kind {config['peft_type']}")
    for trait in TRAITS:
        if config.get(trait):
            raise _misfit(f"it uses {trait}")
    if config.get("bias", "none") != "none":
        raise _misfit("it trains biases")
    return config


def _misfit(trait: str) -> UserFault:
    return UserFault(Code.ADAPTER_MISFIT, f"The adapter cannot be concatenated: {trait}.")


def _factors(module: str, pair: dict[str, torch.Tensor], config: dict[str, Any]) -> Factors:
    if set(pair) != {"A", "B"}:
        raise UserFault(Code.CORRUPT_WEIGHTS, f"{module} has only one of its two factors.")
    a, b = pair["A"], pair["B"]
    if a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1]:
        raise UserFault(Code.CORRUPT_WEIGHTS, f"{module}'s factors do not fit each other.")
    rank = _of_pattern(config.get("rank_pattern"), module, config["r"])
    if rank != a.shape[0]:
        raise UserFault(Code.BAD_CONFIG, f"{module} has rank {a.shape[0]}, not {rank:.0f}.")
    alpha = _of_pattern(config.get("alpha_pattern"), module, config.get("lora_alpha") or rank)
    scaling = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
    return Factors(a=a, b=b, scaling=scaling)


def _of_pattern(pattern: dict[str, float] | None, module: str, default: float) -> float:
    """Return a module's own value: PEFT matches a key as the end of the module's name."""
    for key, value in (pattern or {}).items():
        if re.match(rf"(.*\.)?({key})$", module):
            return value
    return default
