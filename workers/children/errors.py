"""Standard errors that lm-eval leaves out: of a likelihood summed over texts of unequal length.

Bits per byte is a ratio of two sums over texts, so its error follows from the spread of the texts
about that ratio (the delta method); a perplexity is the exponential of such a ratio.
"""

import math
from collections.abc import Sequence
from typing import Any

PER_UNIT = {"bits_per_byte": 1 / math.log(2)}
EXPONENTIAL = ("word_perplexity", "byte_perplexity")


def of_ratio(metric: str, value: float, samples: Sequence[dict[str, Any]]) -> float | None:
    """Return the error of a summed likelihood's metric; None where it is not one."""
    if metric not in PER_UNIT and metric not in EXPONENTIAL:
        return None
    given = [sample.get(metric) for sample in samples]
    pairs = [pair for pair in given if isinstance(pair, list | tuple) and len(pair) == 2]
    if not pairs or len(pairs) < len(given):
        return None
    likelihood, size = (math.fsum(column) for column in zip(*pairs, strict=True))
    if size <= 0:
        return None
    rate = likelihood / size
    spread = math.fsum((each - rate * weight) ** 2 for each, weight in pairs)
    return math.sqrt(spread) / size * PER_UNIT.get(metric, value)
