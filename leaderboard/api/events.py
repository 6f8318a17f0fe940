"""The public changelog for programs, with the digests that prove it was never rewritten."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from arena.models import PublicEvent
from leaderboard.api.choices import one_of
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Listed, Piece

router = Router(tags=["Board"])


class EventOut(Schema):
    """One row of the changelog. `digest` covers the row and, through `previous`, all before it."""

    kind: str = Field(json_schema_extra=one_of(PublicEvent.Kind))
    subject: str = Field(description='Slug of the contender, name of the rule, or "".')
    reason: str = Field(description="A code: which rule leaves votes out, which policy holds.")
    count: int = Field(description="Votes concerned.")
    sentence: str
    at: datetime
    previous: str
    digest: str


@router.get(
    "/changelog",
    operation_id="list_events",
    summary="Read the changelog",
    response={200: Listed[EventOut], **refusals(400)},
)
def list_events(request: HttpRequest, wanted: Query[Piece]) -> Listed[EventOut]:
    """List what was left out, retired, published or decided, newest first."""
    found = PublicEvent.objects.order_by("-pk")
    return wanted.listed(map(EventOut.from_orm, wanted.of(found)), total=found.count())
