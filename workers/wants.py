"""Who should be answering on this machine, the most wanted first.

A run that waits comes before the arena; the arena wants everybody it may draw, those that people
have met most recently first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Max, Q
from django.utils import timezone

from evals import runs
from evals.models import Contender, EvalRun

SERVING = Contender.Serving


@dataclass(frozen=True, slots=True)
class Want:
    """One contender that should be answering, with the layers from its model upwards."""

    stack: tuple[Contender, ...]
    is_urgent: bool  # a run waits for it

    @property
    def contender(self) -> Contender:
        """Return who is wanted: the top of the stack."""
        return self.stack[-1]

    @property
    def host(self) -> str:
        """Return what names the server that it needs: one for all plain adapters of a base."""
        shares = self.contender.serving == SERVING.CONCATENATED
        return f"model-{self.stack[0].pk}" if shares else f"model-{self.contender.pk}"

    @property
    def key(self) -> str:
        """Return what changes when the content of any layer does."""
        return "\n".join(f"{each.source} {each.locator} {each.revision}" for each in self.stack)

    @property
    def rank(self) -> int:
        """Return the LoRA rank of the layers together."""
        return sum(each.rank or 0 for each in self.stack[1:])


def wanted() -> list[Want]:
    """Return everybody who should be answering, in order."""
    urgent = _urgent()
    arena = [pk for pk in _arena() if pk not in urgent]
    known = Contender.objects.in_bulk()
    return [
        Want(_stack(pk, known), is_urgent=number < len(urgent))
        for number, pk in enumerate([*urgent, *arena])
        if pk in known
    ]


def _urgent() -> list[int]:
    """Return those that a run waits for: running first, then in the order of their turns."""
    contenders = dict(EvalRun.objects.unfinished().values_list("pk", "contender"))
    running = EvalRun.objects.filter(state=EvalRun.State.RUNNING).order_by("started_at", "pk")
    order = [*running.values_list("pk", flat=True), *runs.next_available(now=timezone.now())]
    return list(dict.fromkeys(contenders[pk] for pk in order if pk in contenders))


def _arena() -> Iterable[int]:
    """Return those that the arena may draw: a model must have been measured once to be known."""
    is_known = Q(runs__state=EvalRun.State.SUCCEEDED) | Q(source=Contender.Source.API)
    drawn = Contender.objects.listed().filter(is_known, is_in_arena=True)
    met = drawn.annotate(met_at=Max("battles_a__created_at"))
    return met.order_by(F("met_at").desc(nulls_last=True), "pk").values_list("pk", flat=True)


def _stack(pk: int, known: Mapping[int, Contender]) -> tuple[Contender, ...]:
    chain = [known[pk]]
    while (below := chain[0].parent_id) is not None:
        chain.insert(0, known[below])
    return tuple(chain)
