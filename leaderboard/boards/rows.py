"""What one row of the board knows: frozen values, ready to be shown, sorted or sent.

Nothing here asks the database or formats a number: `board.py` reads, the templates show.
"""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from evals.models import Contender
from leaderboard.boards.licences import Inherited, inherited
from leaderboard.boards.weight_classes import GIGABYTE, weight_class

CONFIDENCE = 1.96  # standard errors on either side of a 95 % interval


def reading(*, is_noise: bool, is_better: bool) -> str:
    """Return how a difference reads: better, worse, or noise."""
    if is_noise:
        return "noise"
    return "better" if is_better else "worse"


@dataclass(frozen=True, slots=True)
class Gain:
    """How a value differs from the parent's, in the value's own unit."""

    difference: float
    stderr: float | None
    is_better: bool

    def scaled(self, factor: float) -> "Gain":
        """Return the same difference in another unit; a negative factor turns its sign."""
        spread = None if self.stderr is None else abs(factor) * self.stderr
        return Gain(factor * self.difference, spread, self.is_better)

    @property
    def is_noise(self) -> bool:
        """Say whether chance alone explains the difference (or nobody knows)."""
        return self.stderr is None or abs(self.difference) <= CONFIDENCE * self.stderr

    @property
    def is_surely_better(self) -> bool:
        """Say whether it is better, and more than chance explains."""
        return self.is_better and not self.is_noise

    @property
    def verdict(self) -> str:
        """Return how the difference reads: better, worse, or noise."""
        return reading(is_noise=self.is_noise, is_better=self.is_better)


@dataclass(frozen=True, slots=True)
class Cell:
    """One measured value, or why there is none."""

    value: float | None = None
    stderr: float | None = None
    samples: int = 0
    is_applicable: bool = True
    gain: Gain | None = None


@dataclass(frozen=True, slots=True)
class AverageCell(Cell):
    """The mean over the suite, each benchmark rescaled so that guessing is 0 and perfect is 100."""

    measured: int = 0
    of: int = 0

    @property
    def is_partial(self) -> bool:
        """Say whether some benchmark of the suite is missing from this mean."""
        return self.measured < self.of


@dataclass(frozen=True, slots=True)
class RatingCell:
    """A strength in people's eyes, with its 95 % interval."""

    value: float
    lower: float
    upper: float
    elo: float
    votes: int
    wins: float
    rank: int
    is_provisional: bool
    gain: Gain | None = None

    @property
    def stderr(self) -> float:
        """Return the standard error that the interval implies."""
        return (self.upper - self.lower) / (2 * CONFIDENCE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a contender cost to make and costs to run; None: not known."""

    training_usd: Decimal | None = None  # of this layer alone
    stack_training_usd: Decimal | None = None  # summed down to the base
    evidence: str = "unknown"  # of this layer's cost
    stack_evidence: str = Contender.CostEvidence.UNKNOWN  # of the sum: that of its weakest part
    usd_per_million_tokens: float | None = None
    is_list_price: bool = False  # an API's price, not our measurement
    tokens_per_second: float | None = None
    first_token_s: float | None = None
    peak_memory_bytes: int | None = None
    energy_wh_per_million_tokens: float | None = None  # None: its machine has no meter
    energy_source: str = ""

    @property
    def stack_evidence_label(self) -> str:
        """Return how the sum is known, as pages say it."""
        return str(Contender.CostEvidence(self.stack_evidence).label)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the newest run of a contender stands."""

    state: str
    percent: int = 0
    stage: str = ""
    submission_id: str = ""
    error_code: str = ""
    error_sentence: str = ""

    @property
    def is_unfinished(self) -> bool:
        """Say whether it still waits or runs."""
        return self.state in {"QUEUED", "RUNNING"}

    @property
    def label(self) -> str:
        """Return the state in one word."""
        states = {
            "QUEUED": _("queued"),
            "RUNNING": _("running"),
            "FAILED": _("failed"),
            "CANCELLED": _("stopped"),
        }
        return states.get(self.state, self.state.lower())


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Everything known about one contender."""

    slug: str
    name: str
    kind: str
    parent: str  # slug of the layer or model below; "" for a model
    base: str  # slug of the model it is served by: its own unless an adapter
    depth: int
    stack: tuple[str, ...]  # names from the base up to this one
    parameters: int | None  # served: the base and every layer
    own_parameters: int | None
    rank: int | None  # LoRA rank
    licence: str
    average: AverageCell
    scores: dict[str, Cell]
    rating: RatingCell | None
    cost: Cost
    progress: Progress | None
    licences: tuple[str, ...] = ()  # of every part of the stack, from the base up
    quantisation: str = ""  # how the weights are stored: bf16, int8, int4
    released_at: date | None = None
    over_base: Gain | None = None  # the average's gain over the model at the bottom
    variant_of: str = ""  # slug of the model that this quantised one was made from
    is_reported: bool = False  # its scores come from somebody's file and were not measured here

    @property
    def is_baseline(self) -> bool:
        """Say whether this is a mark to beat rather than a competitor."""
        return self.kind == "BASELINE"

    @property
    def is_adapter(self) -> bool:
        """Say whether it is a layer on something else."""
        return self.kind == "ADAPTER"

    @property
    def parent_name(self) -> str:
        """Return the name of the layer below, or an empty string."""
        return self.stack[-2] if len(self.stack) > 1 else ""

    @property
    def is_complete(self) -> bool:
        """Say whether it was measured on the whole suite."""
        return self.average.value is not None and not self.average.is_partial

    @property
    def is_placed(self) -> bool:
        """Say whether it competes: measured here on the whole suite, and no baseline."""
        return self.is_complete and not self.is_baseline and not self.is_reported

    @property
    def weight_class(self) -> str:
        """Return the class it fights in, by the memory it really used."""
        return weight_class(self.cost.peak_memory_bytes)

    @property
    def inherited(self) -> Inherited:
        """Return what the whole stack may be used for."""
        return inherited(self.licences or (self.licence,))

    @property
    def per_gigabyte(self) -> float | None:
        """Return points over chance for every gigabyte that its server used."""
        if self.average.value is None or not self.cost.peak_memory_bytes:
            return None
        return self.average.value / (self.cost.peak_memory_bytes / GIGABYTE)

    @property
    def cost_per_point(self) -> float | None:
        """Return dollars for a million tokens, divided by points over chance."""
        price, points = self.cost.usd_per_million_tokens, self.average.value
        return None if price is None or points is None or points <= 0 else price / points

    @property
    def per_million_parameters(self) -> float | None:
        """Return points over chance for every million parameters served: pound for pound."""
        if self.average.value is None or not self.parameters:
            return None
        return self.average.value / (self.parameters / 1e6)


def difference(
    value: float | None,
    stderr: float | None,
    of_parent: Cell | None,
    *,
    is_higher_better: bool = True,
) -> Gain | None:
    """Return the gain over the parent, or None where either value is missing."""
    if value is None or of_parent is None or of_parent.value is None:
        return None
    change = value - of_parent.value
    known = stderr is not None and of_parent.stderr is not None
    spread = math.hypot(stderr or 0.0, of_parent.stderr or 0.0) if known else None
    return Gain(difference=change, stderr=spread, is_better=(change > 0) == is_higher_better)
