"""vLLM's LoRA arithmetic on a processor, adapter by adapter instead of token by token.

vLLM 0.32 copies the adapter's weights once for every token, which makes an adapter ten times
slower than its base; and it reads slot -1, "no adapter", as the last slot, so that a full set of
adapters leaks into answers of the base. Both end here; a test compares with PEFT.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import torch

Rows = torch.Tensor | slice


def _by_slot(slots: torch.Tensor) -> Iterator[tuple[int, Rows]]:
    """Yield each adapter's slot with its tokens; tokens without an adapter are left out."""
    used = torch.unique(slots).tolist()
    for slot in used:
        if slot >= 0:
            yield slot, slice(None) if len(used) == 1 else slots == slot


def _weights(stacked: torch.Tensor, slot: int) -> torch.Tensor:
    chosen = stacked[slot]
    return (chosen[0] if chosen.ndim == 3 else chosen).to(torch.float32)


def bgmv_shrink(
    inputs: torch.Tensor,
    lora_b_weights: torch.Tensor,
    output_tensor: torch.Tensor,
    lora_indices_tensor: torch.Tensor,
    scaling: float = 1.0,
) -> None:
    """Write scaling * x @ A.T for every token with an adapter, and zero for the others."""
    output_tensor.zero_()
    for slot, rows in _by_slot(lora_indices_tensor):
        product = inputs[rows].to(torch.float32) @ _weights(lora_b_weights, slot).T
        output_tensor[rows, : product.shape[1]] = (scaling * product).to(output_tensor.dtype)


def bgmv_expand(
    inputs: torch.Tensor,
    lora_b_weights: torch.Tensor,
    output_tensor: torch.Tensor,
    lora_indices_tensor: torch.Tensor,
    add_inputs: bool = True,
) -> None:
    """Add x @ B.T to the whole width of the output, as far as both reach."""
    width = min(lora_b_weights.shape[-2], output_tensor.shape[1])
    bgmv_expand_slice(
        inputs, lora_b_weights, output_tensor, lora_indices_tensor, 0, width, add_inputs
    )


def bgmv_expand_slice(
    inputs: torch.Tensor,
    lora_b_weights: torch.Tensor,
    output_tensor: torch.Tensor,
    lora_indices_tensor: torch.Tensor,
    slice_offset: int,
    slice_size: int,
    add_inputs: bool = True,
) -> None:
    """Add x @ B.T to a slice of the output, for every token with an adapter."""
    part = output_tensor[:, slice_offset : slice_offset + slice_size]
    if not add_inputs:
        part.zero_()
    for slot, rows in _by_slot(lora_indices_tensor):
        product = inputs[rows].to(torch.float32) @ _weights(lora_b_weights, slot).T
        part[rows] += product[:, :slice_size].to(output_tensor.dtype)


def install() -> None:
    """Put these in the place of vLLM's, in every module that holds them."""
    for name in ("vllm.lora.ops.torch_ops.lora_ops", "vllm.lora.punica_wrapper.punica_cpu"):
        module = importlib.import_module(name)
        for function in (bgmv_shrink, bgmv_expand, bgmv_expand_slice):
            setattr(module, function.__name__, function)
