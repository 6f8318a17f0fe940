"""vLLM's LoRA arithmetic on a processor, adapter by adapter instead of token by token.

vLLM 0.32 copies the adapter's weights once for every token, which makes an adapter ten times
slower than its base; it multiplies the zeros that fill a rank up to the largest one served; and it
reads slot -1, "no adapter", as the last slot, so that a full set of adapters leaks into answers of
the base. All of this ends here; a test compares with PEFT.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch

Rows = torch.Tensor | None  # which tokens an adapter changes; None: all of them
ranks: dict[int, int] = {}  # by slot: how far the largest module of its adapter is filled


def _by_slot(slots: torch.Tensor) -> Iterator[tuple[int, Rows]]:
    """Yield each adapter's slot with its tokens; tokens without an adapter are left out."""
    used = torch.unique(slots).tolist()
    for slot in used:
        if slot >= 0:
            yield slot, None if len(used) == 1 else (slots == slot).nonzero().flatten()


def _rank(stacked: torch.Tensor, slot: int) -> int:
    """Return how many rows of a slot hold anything."""
    used = stacked[slot].flatten(0, -2).any(dim=-1).nonzero()
    return int(used[-1]) + 1 if len(used) else 0


def add_lora_linear(
    punica: Any,
    y: torch.Tensor,
    x: torch.Tensor,
    lora_a_stacked: Sequence[torch.Tensor],
    lora_b_stacked: Sequence[torch.Tensor],
    scale: float,
    output_slices: Sequence[int],
    **_: Any,
) -> None:
    """Add scale * x @ A.T @ B.T to each slice of the output, for every token with an adapter."""
    inputs, output = x.view(-1, x.shape[-1]), y.view(-1, y.shape[-1])
    for slot, rows in punica.tokens_by_slot:
        part = (inputs if rows is None else inputs.index_select(0, rows)).to(torch.float32)
        start, rank = 0, ranks[slot]
        for a, b, width in zip(lora_a_stacked, lora_b_stacked, output_slices, strict=True):
            down = a[slot, 0, :rank].to(torch.float32)
            up = b[slot, 0, :width, :rank].to(torch.float32)
            change = (part @ down.T * scale) @ up.T
            slice_ = output[:, start : start + width]
            if rows is None:
                slice_ += change.to(output.dtype)
            else:
                slice_.index_add_(0, rows, change.to(output.dtype))
            start += width


def install() -> None:
    """Put this in the place of vLLM's; which tokens are whose is found once a step."""
    punica = importlib.import_module("vllm.lora.punica_wrapper.punica_cpu").PunicaWrapperCPU
    manager = importlib.import_module("vllm.lora.model_manager").LoRAModelManager
    vllms_update, vllms_activate = punica.update_metadata, manager.activate_adapter

    def update_metadata(self: Any, *arguments: Any, **named: Any) -> None:
        vllms_update(self, *arguments, **named)
        self.tokens_by_slot = list(_by_slot(self.token_lora_indices))

    def activate_adapter(self: Any, lora_id: int) -> bool:
        is_new = bool(vllms_activate(self, lora_id))
        if is_new:
            slot = self.lora_index_to_id.index(lora_id)
            layers = [each for each in self.modules.values() if hasattr(each, "lora_a_stacked")]
            stacked = [tensor for each in layers for tensor in each.lora_a_stacked]
            ranks[slot] = max((_rank(tensor, slot) for tensor in stacked), default=0)
        return is_new

    punica.update_metadata, punica.add_lora_linear = update_metadata, add_lora_linear
    manager.activate_adapter = activate_adapter
