"""The published ratings: one complete fit over all counted votes."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.views.decorators.http import conditional_page
from ninja import Field, Router, Schema
from ninja.decorators import decorate_view

from arena import ratings
from arena.models import Rating, RatingSnapshot

router = Router(tags=["Board"])


class RatingOut(Schema):
    """A contender's strength with its 95 % interval; 400 points are odds of ten to one."""

    rank: int = Field(description="1 + contenders whose interval lies wholly above this one's.")
    slug: str
    name: str
    kind: str
    value: float = Field(description="Bradley-Terry.")
    lower: float
    upper: float
    elo: float = Field(description="Online Elo, in the order of the votes.")
    votes: int
    wins: float = Field(description="A tie and both-bad are half a win each.")
    is_provisional: bool = Field(description="Too few votes to mean much.")


class RatingsOut(Schema):
    """One fit, published whole."""

    created_at: datetime | None = Field(description="Null before the first fit.")
    votes: int = Field(description="Counted votes in this fit.")
    policy: str = Field(description="The versioned rule for ties and both-bad.")
    rows: list[RatingOut]


@router.get(
    "/ratings", operation_id="list_ratings", summary="Read the ratings", response=RatingsOut
)
@decorate_view(conditional_page)
def list_ratings(request: HttpRequest) -> RatingsOut:
    """Read every contender's rating, strongest first."""
    snapshot = ratings.current()
    if snapshot is None:
        return RatingsOut(created_at=None, votes=0, policy=ratings.POLICY, rows=[])
    return RatingsOut(
        created_at=snapshot.created_at,
        votes=snapshot.votes,
        policy=snapshot.policy,
        rows=[_row(each) for each in _strongest_first(snapshot)],
    )


def _strongest_first(snapshot: RatingSnapshot) -> list[Rating]:
    listed = Rating.objects.filter(snapshot=snapshot, contender__is_listed=True)
    return list(listed.select_related("contender").order_by("-value", "pk"))


def _row(rating: Rating) -> RatingOut:
    contender = rating.contender
    return RatingOut(
        rank=rating.rank_lower,
        slug=contender.slug,
        name=contender.name,
        kind=contender.kind,
        value=rating.value,
        lower=rating.lower,
        upper=rating.upper,
        elo=rating.elo,
        votes=rating.votes,
        wins=rating.wins,
        is_provisional=rating.votes < settings.RATING_MIN_VOTES,
    )
