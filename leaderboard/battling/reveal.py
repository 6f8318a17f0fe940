"""Who stood behind an answer, told after the vote: its name, its stack and what the vote moved."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from arena.models import Battle, Rating, Response, Side, VoteEffect
from evals.models import Contender, EvalRun
from leaderboard.boards import layer_names
from leaderboard.boards.weight_classes import weight_class


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of a stack, from the model up."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EloChange:
    """An online Elo rating before and after this vote."""

    before: float
    after: float

    @property
    def difference(self) -> float:
        """Return what one side won and the other lost: the two are exact opposites."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Card:
    """One unmasked contender."""

    side: str
    name: str
    url: str
    kind: str
    layers: tuple[Layer, ...]  # from the model up to this one; one for what has no parent
    parameters: int | None  # served: the model and every layer
    weight_class: str  # "" where its memory was not measured
    usd_per_million_tokens: float | None  # measured, or an API's list price
    training_usd: Decimal | None  # of the whole stack; None if any layer's is not known
    tokens: int
    seconds: float | None
    elo: EloChange | None
    rating: Rating | None
    is_provisional: bool


def cards(battle: Battle, published: QuerySet[Rating], *, minimum: int) -> tuple[Card, Card]:
    """Return the contenders of a judged battle, in the order A, B."""
    pair = (battle.contender_a, battle.contender_b)
    rated = {each.contender_id: each for each in published.filter(contender__in=pair)}
    effect = VoteEffect.objects.filter(battle=battle).first()
    a, b = (
        _card(battle, side, contender, rated.get(contender.pk), effect, minimum)
        for side, contender in zip(Side.values, pair, strict=True)
    )
    return a, b


def elo_changes(effect: VoteEffect | None) -> tuple[EloChange | None, EloChange | None]:
    """Return what the vote did to both Elo ratings, in the order A, B."""
    if effect is None:
        return None, None
    return (
        EloChange(effect.elo_a_before, effect.elo_a_after),
        EloChange(effect.elo_b_before, effect.elo_b_after),
    )


def _card(
    battle: Battle,
    side: str,
    contender: Contender,
    rating: Rating | None,
    effect: VoteEffect | None,
    minimum: int,
) -> Card:
    written = list(Response.objects.filter(turn__battle=battle, side=side).order_by("pk"))
    stack = contender.stack()
    known = [layer.parameters for layer in stack if layer.parameters is not None]
    costs = [each.training_cost_usd for each in stack if each.training_cost_usd is not None]
    price = contender.price_usd_per_million_tokens
    measured = _measured(contender)
    timed = [each.seconds for each in written if each.seconds is not None]
    return Card(
        side=side,
        name=contender.name,
        url=_url(contender),
        kind=contender.get_kind_display(),
        layers=tuple(map(Layer, layer_names.layers(each.name for each in stack), map(_url, stack))),
        parameters=sum(known) if len(known) == len(stack) else None,
        weight_class=weight_class(measured.peak_memory_bytes if measured else None),
        usd_per_million_tokens=float(price)
        if price is not None
        else (measured.usd_per_million_tokens if measured else None),
        training_usd=sum(costs, Decimal()) if len(costs) == len(stack) else None,
        tokens=sum(each.tokens for each in written),
        seconds=sum(timed) if timed else None,
        elo=elo_changes(effect)[0 if side == Side.A else 1],
        rating=rating,
        is_provisional=rating is not None and rating.votes < minimum,
    )


def _measured(contender: Contender) -> EvalRun | None:
    """Return the newest run that measured what serving takes."""
    succeeded = EvalRun.objects.filter(contender=contender, state=EvalRun.State.SUCCEEDED)
    return succeeded.defer("versions").order_by("-pk").first()


def _url(contender: Contender) -> str:
    return reverse("contender-detail", args=[contender.slug])
