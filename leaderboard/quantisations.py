"""How a contender's weights are stored, in one short word: bf16, fp16, int8, int4, gguf-q4_k_m.

A layer runs on weights stored as its base's are. An API does not say.
"""

from collections.abc import Mapping
from typing import Any

SHORT = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float64": "fp64"}


def of(config: Mapping[str, Any], below: str) -> str:
    """Return the storage of a contender: its base's, its own quantisation, or its number type."""
    if below:
        return below
    stated = config.get("quantisation") or config.get("quantization")
    if isinstance(stated, str):
        return stated.strip().casefold()[:20]
    dtype = str(config.get("dtype") or "")
    return SHORT.get(dtype, dtype.casefold())
