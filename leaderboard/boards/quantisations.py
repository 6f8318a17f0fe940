"""How a contender's weights are stored, in one short word: bf16, fp16, awq 4-bit, gguf-q4_k_m.

A layer runs on weights stored as its base's are. An API does not say.
"""

from evals.models import Contender

SHORT = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float64": "fp64"}


def of(contender: Contender, below: str) -> str:
    """Return the storage of a contender: its base's, its own quantisation, or its number type."""
    if below:
        return below
    config = contender.config
    stated = (
        contender.quantisation or config.get("quantisation") or config.get("quantization") or ""
    )
    if isinstance(stated, str) and stated:
        return stated.strip().casefold()[:20]
    dtype = str(config.get("dtype") or "")
    return SHORT.get(dtype, dtype.casefold())
