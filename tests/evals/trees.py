"""Small directories for tests: models and adapters with honest safetensors headers."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HIDDEN, INNER, VOCABULARY = 8, 16, 32
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": HIDDEN,
    "intermediate_size": INNER,
    "num_hidden_layers": 1,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 128,
    "dtype": "bfloat16",
}
MODEL = {
    "model.embed_tokens.weight": (VOCABULARY, HIDDEN),
    "model.layers.0.self_attn.q_proj.weight": (HIDDEN, HIDDEN),
    "model.layers.0.mlp.up_proj.weight": (INNER, HIDDEN),
    "lm_head.weight": (VOCABULARY, HIDDEN),
}
PARAMETERS = 2 * VOCABULARY * HIDDEN + HIDDEN * HIDDEN + INNER * HIDDEN
Q = "base_model.model.model.layers.0.self_attn.q_proj"
UP = "base_model.model.model.layers.0.mlp.up_proj"
HEAD = "base_model.model.lm_head"


def weights(shapes: Mapping[str, tuple[int, ...]], *, fill: bytes = b"\x01") -> bytes:
    """Return a safetensors file of bfloat16 tensors, every byte the same."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        size = 2
        for side in shape:
            size *= side
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    return with_header(json.dumps(header).encode()) + fill * end


def with_header(header: bytes) -> bytes:
    """Return the beginning of a file with this header."""
    return struct.pack("<Q", len(header)) + header


def lora(
    rank: int = 4, *, module: str = Q, inner: int = HIDDEN, outer: int = HIDDEN
) -> dict[str, tuple[int, int]]:
    """Return the shapes of one plain LoRA pair."""
    return {f"{module}.lora_A.weight": (rank, inner), f"{module}.lora_B.weight": (outer, rank)}


def model_files(**config: Any) -> dict[str, bytes]:
    """Return the files of a model."""
    return {
        "config.json": json.dumps(CONFIG | config).encode(),
        "model.safetensors": weights(MODEL),
        "tokenizer_config.json": b"{}",
        "tokenizer.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
    }


def adapter_files(
    rank: int = 4,
    *,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    fill: bytes = b"\x01",
    **config: Any,
) -> dict[str, bytes]:
    """Return the files of an adapter."""
    told = {
        "peft_type": "LORA",
        "r": rank,
        "lora_alpha": 2 * rank,
        "target_modules": ["q_proj"],
        "base_model_name_or_path": "models/heron",
        "bias": "none",
    }
    return {
        "adapter_config.json": json.dumps(told | config).encode(),
        "adapter_model.safetensors": weights(shapes or lora(rank), fill=fill),
    }


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a directory made for them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
