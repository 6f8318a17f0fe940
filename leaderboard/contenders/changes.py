"""What changed from one contender to another, benchmark by benchmark and as one figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evals import averages, gains
from evals.models import Benchmark
from leaderboard.boards.rows import Gain, reading


@dataclass(frozen=True, slots=True)
class Change:
    """What a layer did to one benchmark."""

    benchmark: Benchmark
    difference: float  # in the metric's own unit
    stderr: float | None
    verdict: str  # better, worse or noise
    is_paired: bool
    raised: int = 0  # questions
    lowered: int = 0
    p_value: float | None = None

    @property
    def weight(self) -> float:
        """Return the change as a share of the way from guessing to perfect."""
        return self.difference / averages.span(self.benchmark)


def paired(gain: gains.Gain) -> Change:
    """Return a change on the questions that both were asked."""
    change = gain.difference
    return Change(
        gain.benchmark,
        change.value,
        change.stderr,
        reading(is_noise=not change.is_decided, is_better=gain.is_better),
        is_paired=True,
        raised=change.raised,
        lowered=change.lowered,
        p_value=gain.p_value,
    )


def in_points(found: Sequence[gains.Gain]) -> Gain | None:
    """Return the change of the average, guessing 0 and perfect 100; None where nothing is known.

    The benchmarks' questions are different ones, so their errors add in squares.
    """
    if not found:
        return None
    parts = [(each.difference, averages.span(each.benchmark)) for each in found]
    value = 100 * sum(change.value / wide for change, wide in parts) / len(parts)
    if any(change.stderr is None for change, _wide in parts):
        return Gain(value, None, value > 0)
    spread = math.hypot(*((change.stderr or 0.0) / wide for change, wide in parts))
    return Gain(value, 100 * spread / len(parts), value > 0)
