"""What each layer of a stack adds: laid on those below it, and to all the others."""

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from evals.models import Contender
from leaderboard.api.errors import refusals
from leaderboard.boards import snapshots
from leaderboard.boards.rows import Gain
from leaderboard.contenders import forgetting, left_out
from leaderboard.contenders.changes import Change
from leaderboard.contenders.forgetting import Card
from leaderboard.contenders.left_out import LeftOut

router = Router(tags=["Contenders"])


class ChangeOut(Schema):
    """What changed on one benchmark, in its metric's own unit."""

    benchmark: str
    difference: float
    stderr: float | None
    p_value: float | None = Field(description="McNemar's exact test; null where not right/wrong.")
    is_paired: bool = Field(description="Question by question; false where they are not kept.")
    verdict: str = Field(description="better, worse or noise.")


class PointsOut(Schema):
    """What changed of the average: guessing is 0, perfect is 100."""

    difference: float
    stderr: float | None
    verdict: str = Field(description="better, worse or noise.")


class LeftOutOut(Schema):
    """The whole stack against the same stack without one layer."""

    layer: str = Field(description="Slug of the layer that is left out.")
    without: str | None = Field(description="Slug of the rest; null where nobody submitted it.")
    average: PointsOut | None = Field(description="What the layer adds to the rest.")
    changes: list[ChangeOut]


class StackOut(Schema):
    """A stack taken apart."""

    slug: str
    layers: list[str] = Field(description="Slugs from the model up to this contender.")
    top: list[ChangeOut] = Field(description="What the top layer changed against its parent.")
    left_out: list[LeftOutOut] = Field(description="Each layer of two or more, the lowest first.")


@router.get(
    "/contenders/{slug:slug}/stack",
    operation_id="read_stack",
    summary="Take a stack apart",
    response={200: StackOut, **refusals(404)},
)
def read_stack(request: HttpRequest, slug: str, suite: str = "") -> StackOut:
    """Read what each layer adds to those below it and to all the others, on the same questions."""
    board = snapshots.current(suite[:60]).board
    contender = Contender.objects.listed().filter(slug=slug).first()
    row = board.by_slug.get(slug)
    if contender is None or row is None:
        raise Http404("There is no such contender.")
    card = board.kept(("forgetting", slug), lambda: forgetting.card(contender, row, board))
    parts = board.kept(("left out", slug), lambda: left_out.of(contender, row, board))
    return StackOut(
        slug=slug,
        layers=[each.slug for each in contender.stack()],
        top=_top(card),
        left_out=[_left_out(each) for each in parts],
    )


def _top(card: Card | None) -> list[ChangeOut]:
    if card is None:
        return []
    return [_change(each) for each in (*card.broken, *card.mended, *card.unsure)]


def _left_out(each: LeftOut) -> LeftOutOut:
    return LeftOutOut(
        layer=each.layer.slug,
        without=each.without.slug if each.without else None,
        average=_points(each.average),
        changes=[_change(change) for change in each.changes],
    )


def _points(gain: Gain | None) -> PointsOut | None:
    if gain is None:
        return None
    return PointsOut(difference=gain.difference, stderr=gain.stderr, verdict=gain.verdict)


def _change(change: Change) -> ChangeOut:
    return ChangeOut(
        benchmark=change.benchmark.key,
        difference=change.difference,
        stderr=change.stderr,
        p_value=change.p_value,
        is_paired=change.is_paired,
        verdict=change.verdict,
    )
