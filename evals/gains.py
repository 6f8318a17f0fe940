"""What each layer of a stack added and what it cost, question by question.

A layer's marginal gain compares it with its parent; leaving one layer out compares the whole
stack with the same stack without it, where that has been submitted and measured too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evals import samples
from evals.models import Benchmark, Contender, EvalRun, Score, Suite
from evals.paired import Difference

UNREAD = ("parts", "provenance")  # of a score, and long
Identity = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """What changed on one benchmark."""

    benchmark: Benchmark
    difference: Difference
    p_value: float | None  # McNemar's exact test; None for a metric that is not right or wrong

    @property
    def is_better(self) -> bool:
        """Say whether it changed for the better, beyond noise."""
        wanted = 1 if self.benchmark.is_higher_better else -1
        return self.difference.is_decided and wanted * self.difference.value > 0

    @property
    def is_worse(self) -> bool:
        """Say whether it changed for the worse, beyond noise."""
        return self.difference.is_decided and not self.is_better


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stack compared with itself without one layer."""

    layer: Contender
    without: Contender | None  # None: nobody has submitted the stack without it
    gains: tuple[Gain, ...]  # what the layer adds to the rest; empty until both are measured


def marginal(contender: Contender, suite: Suite) -> list[Gain]:
    """Return what the top layer changed; empty for a model, or while one is unmeasured."""
    if contender.parent is None:
        return []
    return between(contender.parent, contender, suite)


def between(before: Contender, after: Contender, suite: Suite) -> list[Gain]:
    """Return what changed from one contender to another; empty while one is unmeasured."""
    return _between(_speaker(before, suite), _speaker(after, suite))


def leave_one_out(contender: Contender, suite: Suite) -> list[LeftOut]:
    """Return what each layer adds to the others, from the lowest to the top."""
    stack = contender.stack()
    known = _stacks_on(stack[0])
    return [
        _left_out(layer, known.get(_identity(stack[1:], leaving=layer)), contender, suite)
        for layer in stack[1:]
    ]


def forgotten(gains: Iterable[Gain]) -> list[Gain]:
    """Return what got worse beyond noise: what a layer made the model forget."""
    return [gain for gain in gains if gain.is_worse]


def _left_out(
    layer: Contender, without: Contender | None, whole: Contender, suite: Suite
) -> LeftOut:
    if without is None:
        return LeftOut(layer, None, ())
    return LeftOut(layer, without, tuple(between(without, whole, suite)))


def _stacks_on(base: Contender) -> dict[Identity, Contender]:
    """Return every stack on a base by the content of its layers; the base is the empty one."""
    rows = {each.pk: each for each in Contender.objects.filter(base=base)}
    found: dict[Identity, Contender] = {(): base}
    for row in rows.values():
        layers, at = [row], row.parent_id
        while at in rows:
            layers.insert(0, rows[at])
            at = rows[at].parent_id
        found[_identity(layers)] = row
    return found


def _identity(layers: Iterable[Contender], leaving: Contender | None = None) -> Identity:
    return tuple((each.source, each.locator, each.revision) for each in layers if each != leaving)


def _speaker(contender: Contender, suite: Suite) -> EvalRun | None:
    """Return the run that speaks for a contender on the board: its newest success.

    Few runs are one contender's: with an order, a database may walk through everybody's.
    """
    finished = contender.runs.filter(suite=suite, state=EvalRun.State.SUCCEEDED)
    return max(finished, key=lambda run: run.pk, default=None)


def _between(before: EvalRun | None, after: EvalRun | None) -> list[Gain]:
    if before is None or after is None:
        return []
    below = {score.benchmark_id: score for score in before.scores.defer(*UNREAD)}
    scores = after.scores.defer(*UNREAD).select_related("benchmark")
    ordered = sorted(scores, key=lambda each: (each.benchmark.position, each.pk))
    found = [
        _gain(below[each.benchmark_id], each) for each in ordered if each.benchmark_id in below
    ]
    return [gain for gain in found if gain is not None]


def _gain(before: Score, after: Score) -> Gain | None:
    """Return what changed; None where the questions have been deleted since."""
    try:
        pairs = samples.pairs(before, after)
    except samples.SamplesMissing:
        return None
    return Gain(after.benchmark, pairs.difference(), pairs.p_value())
