"""Make one model of a stack: PEFT merges the layers into the base, one after the other.

`python -m workers.children.merge OUT BASE LAYER...` serves stacks that are no plain LoRA. Prints
one JSON line: {"parameters"} or {"code", "sentence"}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer

from workers.children import confinement
from workers.engines.faults import Code, Fault, UserFault


def merge(base: Path, layers: Sequence[Path]) -> Any:
    """Return the base with every layer merged, computed in float32, in the base's own type."""
    model = loaded(base)
    stored = model.dtype
    model = model.to(torch.float32)
    for layer in layers:
        model = merged(model, layer)
    return model.to(stored)


def loaded(base: Path) -> Any:
    """Return a model in its own type, or raise a coded fault."""
    try:
        return AutoModelForCausalLM.from_pretrained(
            base, dtype="auto", local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
    except SafetensorError as error:
        raise UserFault(Code.CORRUPT_WEIGHTS) from error
    except (OSError, ValueError) as error:
        raise UserFault(Code.BAD_CONFIG, f"The base cannot be loaded: {error}") from error


def merged(model: Any, layer: Path) -> Any:
    """Return a model with one layer merged into it, or raise a coded fault."""
    try:
        return PeftModel.from_pretrained(
            model, str(layer), local_files_only=True, use_safetensors=True
        ).merge_and_unload(safe_merge=True)
    except SafetensorError as error:
        raise UserFault(Code.CORRUPT_WEIGHTS) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise UserFault(Code.ADAPTER_MISFIT, f"PEFT cannot merge it: {str(error)[:300]}") from error


def main(arguments: Sequence[str]) -> int:
    """Merge what the command line names."""
    out, base, *layers = map(Path, arguments)
    try:
        model = merge(base, layers)
        model.save_pretrained(out)
        AutoTokenizer.from_pretrained(base, local_files_only=True).save_pretrained(out)
    except Fault as fault:
        print(json.dumps({"code": fault.code, "sentence": fault.sentence}))
        return 1
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}))
    return 0


if __name__ == "__main__":
    confinement.leave_network()  # it reads files of anybody, and needs nobody for it
    sys.exit(main(sys.argv[1:]))
