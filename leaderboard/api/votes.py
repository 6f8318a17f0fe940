"""One's own votes for programs: each with whether it counts."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Query, Router, Schema

from arena import exclusions
from arena.models import Vote
from leaderboard.api.callers import ApiRequest, KnownCaller
from leaderboard.api.choices import one_of
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.battling import vote_list

router = Router(tags=["Battles"])


class VoteOut(Schema):
    """One verdict of the caller."""

    battle: UUID
    choice: str = Field(json_schema_extra=one_of(Vote.Choice))
    contender_a: str = Field(description="Slug.")
    contender_b: str = Field(description="Slug.")
    is_counted: bool
    exclusion: str = Field(description='Code of the rule that leaves it out; "" when it counts.')
    excluded_because: str = Field(description='Why it does not count; "" when it does.')
    cast_at: datetime


@router.get(
    "/votes",
    auth=KnownCaller(),
    operation_id="list_votes",
    summary="List your votes",
    response={200: Listed[VoteOut], **refusals(400, 401, 403)},
)
def list_votes(request: ApiRequest, wanted: Query[Piece]) -> Listed[VoteOut]:
    """List the caller's votes, newest first, each with whether it counts and if not, why."""
    found = vote_list.of_voter(request.auth.key)
    return wanted.listed((_vote_out(each) for each in wanted.of(found)), total=found.count())


def _vote_out(vote: Vote) -> VoteOut:
    return VoteOut(
        battle=vote.battle_id,
        choice=vote.choice,
        contender_a=vote.battle.contender_a.slug,
        contender_b=vote.battle.contender_b.slug,
        is_counted=not vote.exclusion,
        exclusion=vote.exclusion,
        excluded_because=exclusions.because(vote.exclusion),
        cast_at=vote.cast_at,
    )
