"""Echoes on a processor that find the beginning of their context in the prefix cache.

vLLM 0.32 computes a prompt from its first token as soon as it is to be scored, though only its
end is: few-shot examples are computed for every choice again. A request that says from which token
on it is scored (`vllm_xargs: {"scored_from": …}`) may find everything before that token cached.
What was not computed is token 0 with rank 0, which nobody takes for an answer.
"""

from __future__ import annotations

import importlib
from typing import Any

import torch

SCORED_FROM = "scored_from"


def _scored_from(request: Any) -> int:
    """Return the first token whose probability is wanted; 0: the request does not tell."""
    asked = request.sampling_params
    told = (asked.extra_args or {}).get(SCORED_FROM, 0) if asked is not None else 0
    return told if isinstance(told, int) and told > 0 else 0


def install() -> None:
    """Have the cache looked up as far as the tokens before the first that is scored."""
    manager = importlib.import_module("vllm.v1.core.kv_cache_manager").KVCacheManager
    tensors = importlib.import_module("vllm.v1.outputs").LogprobsTensors
    vllms = manager.get_computed_blocks

    def get_computed_blocks(self: Any, request: Any) -> Any:
        scored_from = _scored_from(request)
        if not scored_from or not self.enable_caching:
            return vllms(self, request)
        blocks, count, _ = self.coordinator.find_longest_cache_hit(
            request.block_hashes, scored_from - 1
        )
        return self.create_kv_cache_blocks(blocks), count, 0

    def empty_cpu(rows: int, columns: int) -> Any:
        return tensors(
            torch.zeros((rows, columns), dtype=torch.int32),
            torch.zeros((rows, columns), dtype=torch.float32),
            torch.zeros(rows, dtype=torch.int32),
        )

    manager.get_computed_blocks = get_computed_blocks
    tensors.empty_cpu = staticmethod(empty_cpu)
