"""Make one adapter of a stack of LoRA layers: exact, because their changes add.

`python -m workers.children.concatenate OUT LAYER...` writes an adapter whose every module is
`[s1*B1 | s2*B2] [A1; A2]`, padded with zeros to a rank that vLLM serves. Prints one JSON line:
{"rank"} or {"code", "sentence"}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from workers.children import confinement, lora
from workers.engines.faults import Code, Fault, UserFault
from workers.engines.ranks import padded_rank


def concatenate(layers: Sequence[lora.Layer]) -> dict[str, lora.Factors]:
    """Return the factors of the sum, each module with the padded total rank and scaling one."""
    names = sorted({name for layer in layers for name in layer.modules})
    joined = {name: _join(name, layers) for name in names}
    if not joined:
        raise UserFault(Code.ADAPTER_NOT_APPLIED, "The stack has no weights.")
    rank = padded_rank(max(factors.rank for factors in joined.values()))
    return {name: _pad(factors, rank) for name, factors in joined.items()}


def _join(name: str, layers: Sequence[lora.Layer]) -> lora.Factors:
    parts = [layer.modules[name] for layer in layers if name in layer.modules]
    if len({(part.a.shape[1], part.b.shape[0]) for part in parts}) > 1:
        raise UserFault(Code.ADAPTER_MISFIT, f"The layers disagree on the size of {name}.")
    wide = _working_type(parts)
    return lora.Factors(
        a=torch.cat([part.a.to(wide) for part in parts]),
        b=torch.cat([part.b.to(wide) * part.scaling for part in parts], dim=1),
        scaling=1.0,
    )


def _working_type(parts: Sequence[lora.Factors]) -> torch.dtype:
    is_double = any(part.a.dtype == torch.float64 for part in parts)
    return torch.float64 if is_double else torch.float32


def _pad(factors: lora.Factors, rank: int) -> lora.Factors:
    missing = rank - factors.rank
    return lora.Factors(
        a=torch.nn.functional.pad(factors.a, (0, 0, 0, missing)),
        b=torch.nn.functional.pad(factors.b, (0, missing)),
        scaling=1.0,
    )


def save(directory: Path, modules: dict[str, lora.Factors], first: dict[str, Any]) -> int:
    """Write an adapter that PEFT and vLLM load, and return its rank.

    Factors stay in float32: rounding the scaled product's factors to bfloat16 here would be one
    rounding more than the engine's own.
    """
    rank = next(iter(modules.values())).rank
    tensors = {}
    for name, factors in modules.items():
        tensors[f"{lora.PREFIX}{name}.lora_A.weight"] = factors.a.contiguous()
        tensors[f"{lora.PREFIX}{name}.lora_B.weight"] = factors.b.contiguous()
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": first.get("base_model_name_or_path"),
        "r": rank,
        "lora_alpha": rank,
        "target_modules": sorted({name.split(".")[-1] for name in modules}),
        "bias": "none",
        "inference_mode": True,
    }
    directory.mkdir(parents=True, exist_ok=True)
    save_file(tensors, directory / "adapter_model.safetensors", metadata={"format": "pt"})
    (directory / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return rank


def main(arguments: Sequence[str]) -> int:
    """Concatenate what the command line names."""
    out, *sources = map(Path, arguments)
    try:
        layers = [lora.read(source) for source in sources]
        rank = save(out, concatenate(layers), layers[0].config)
    except Fault as fault:
        print(json.dumps({"code": fault.code, "sentence": fault.sentence}))
        return 1
    print(json.dumps({"rank": rank}))
    return 0


if __name__ == "__main__":
    confinement.leave_network()  # it reads files of anybody, and needs nobody for it
    sys.exit(main(sys.argv[1:]))
