"""Contenders: what is ranked, pinned to a revision."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from evals import proofs
from evals.models import Contender, Proof
from leaderboard.api.board import BoardRowOut, row_told
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.boards import snapshots

router = Router(tags=["Contenders"])


class ContenderOut(Schema):
    """Anything ranked: a model, an adapter on a parent, or an API baseline."""

    slug: str
    name: str
    kind: Contender.Kind
    parent: str | None = Field(description="Slug of what an adapter sits on.")
    base: str | None = Field(description="Slug of the model at the bottom of an adapter's stack.")
    depth: int = Field(description="Layers above the model.")
    source: Contender.Source
    locator: str | None = Field(description="Hub repository or directory; null for an API.")
    revision: str = Field(description="The commit, or a hash of the content.")
    parameters: int | None = Field(description="Own weights; an adapter's are those it adds.")
    rank: int | None = Field(description="LoRA rank of this layer.")
    licence: str
    description: str
    released_at: date | None
    created_at: datetime


class ProofOut(Schema):
    """What probes showed of an adapter before it was scored; gaps in nats, means over probes."""

    verdict: Proof.Verdict
    probes: int
    moved: float | None = Field(description="From its parent, both computed with PEFT.")
    gap_to_peft: float | None = Field(description="As served, from PEFT: rounding, at most 0.05.")
    gap_to_parent: float | None = Field(description="As served, from its parent by PEFT.")
    gap_to_base: float | None = Field(description="From its base, both as served.")
    base_drift: float | None = Field(description="The base while it is loaded, from PEFT.")
    note: str = Field(description="Why something could not be compared.")
    proved_at: datetime


class ContenderDetailOut(ContenderOut):
    """A contender with its row of the board."""

    stack: list[str] = Field(description="Slugs from the model up to this contender.")
    row: BoardRowOut | None = Field(description="Its scores, rating and cost.")
    serving: Contender.Serving = Field(description="How its weights reach the engine.")
    proof: ProofOut | None = Field(description="That the adapter is applied; null for a model.")


class ContendersWanted(Piece):
    """Which contenders to return."""

    kind: Contender.Kind | None = Field(default=None, description="Only this kind.")


@router.get(
    "/contenders",
    operation_id="list_contenders",
    summary="List contenders",
    response={200: Listed[ContenderOut], **refusals(400)},
)
def list_contenders(request: HttpRequest, wanted: Query[ContendersWanted]) -> Listed[ContenderOut]:
    """List what is ranked, each model before its adapters."""
    listed = Contender.objects.listed().select_related("parent", "base")
    if wanted.kind:
        listed = listed.filter(kind=wanted.kind)
    rows = wanted.of(listed.in_tree_order())
    return wanted.listed((ContenderOut(**_facts(each)) for each in rows), total=listed.count())


@router.get(
    "/contenders/{slug:slug}",
    operation_id="read_contender",
    summary="Read a contender",
    response={200: ContenderDetailOut, **refusals(404)},
)
def read_contender(request: HttpRequest, slug: str) -> ContenderDetailOut:
    """Read a contender with its scores, rating and cost."""
    found = Contender.objects.listed().select_related("parent", "base").filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such contender.")
    row = snapshots.current().board.by_slug.get(slug)
    return ContenderDetailOut(
        stack=[layer.slug for layer in found.stack()],
        row=BoardRowOut(**row_told(row)) if row else None,
        serving=Contender.Serving(found.serving),
        proof=ProofOut.from_orm(proof) if (proof := proofs.newest(found)) else None,
        **_facts(found),
    )


def _facts(contender: Contender) -> dict[str, Any]:
    is_api = contender.source == Contender.Source.API
    return {
        "slug": contender.slug,
        "name": contender.name,
        "kind": contender.kind,
        "parent": contender.parent.slug if contender.parent else None,
        "base": contender.base.slug if contender.base else None,
        "depth": contender.depth,
        "source": contender.source,
        "locator": None if is_api else contender.locator,
        "revision": contender.revision,
        "parameters": contender.parameters,
        "rank": contender.rank,
        "licence": contender.licence,
        "description": contender.description,
        "released_at": contender.released_at,
        "created_at": contender.created_at,
    }
