"""How much memory a server will take, from the model's files and config alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OVERHEAD_BYTES = 800 * 2**20  # Python, torch and vLLM's own
SMALLEST_CACHE_BYTES = 256 * 2**20
LONGEST_CONTEXT = 8192  # on a processor, where a longer one has no memory and no patience
CONVERSATIONS = 4  # of the longest context, that fit into the cache at once
BYTES_A_NUMBER = 2


@dataclass(frozen=True, slots=True)
class Size:
    """What a server of a model needs."""

    weight_bytes: int
    cache_bytes: int
    context_tokens: int | None  # None: the config does not tell

    @property
    def total_bytes(self) -> int:
        """Return the whole, with a margin for what weights need while they load."""
        return self.weight_bytes * 5 // 4 + self.cache_bytes + OVERHEAD_BYTES


def size_of(model_dir: Path) -> Size:
    """Return the size of a model's server."""
    config = _config(model_dir / "config.json")
    made_for = config.get("max_position_embeddings")
    context = min(made_for, LONGEST_CONTEXT) if isinstance(made_for, int) else None
    wanted = _cache_bytes_a_token(config) * (context or LONGEST_CONTEXT) * CONVERSATIONS
    return Size(
        weight_bytes=sum(file.stat().st_size for file in model_dir.glob("*.safetensors")),
        cache_bytes=max(SMALLEST_CACHE_BYTES, wanted),
        context_tokens=context,
    )


def _config(path: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(path.read_text())
    text = config.get("text_config")
    return config | text if isinstance(text, dict) else config


def _cache_bytes_a_token(config: dict[str, Any]) -> int:
    layers, hidden = config.get("num_hidden_layers", 32), config.get("hidden_size", 4096)
    heads = config.get("num_attention_heads", 32)
    width = config.get("head_dim") or hidden // heads
    return int(2 * layers * (config.get("num_key_value_heads") or heads) * width * BYTES_A_NUMBER)
