"""Ratings for programs: by category, weight class and style, over time, and what they count."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.http import conditional_page
from ninja import Query, Router
from ninja.decorators import decorate_view

from arena import weights
from arena.categories import ALL, BY_KEY
from leaderboard.api.errors import ApiRefused, refusals
from leaderboard.api.rating_shapes import (
    CategoryWanted,
    EffectOut,
    HistoryOut,
    MatrixOut,
    MomentOut,
    PairOut,
    PairsOut,
    RatingOut,
    RatingsOut,
    RatingsWanted,
)
from leaderboard.battling import pair_weights
from leaderboard.boards.weight_classes import NAMES
from leaderboard.ratings import rating_board, rating_history, rating_matrix
from leaderboard.ratings.rating_board import Line, RatingBoard
from leaderboard.ratings.rating_choice import Choice
from leaderboard.ratings.rating_matrix import Cell

router = Router(tags=["Ratings"])


@router.get(
    "/ratings",
    operation_id="list_ratings",
    summary="Read the ratings",
    response={200: RatingsOut, **refusals(400)},
)
@decorate_view(conditional_page)
def list_ratings(request: HttpRequest, wanted: Query[RatingsWanted]) -> RatingsOut:
    """Read every contender's rating, strongest first."""
    weight = wanted.weight_class.casefold()
    if weight and weight not in {name.casefold() for name in NAMES}:
        sentence = f"There is no such weight class; they are {', '.join(NAMES)}."
        raise ApiRefused(400, "UNKNOWN_CLASS", sentence)
    choice = Choice(_category(wanted.category), weight, wanted.style == "controlled")
    return _ratings(rating_board.read(choice))


@router.get(
    "/ratings/history/{slug:slug}",
    operation_id="read_rating_history",
    summary="Read a rating over time",
    response={200: HistoryOut, **refusals(404)},
)
def read_rating_history(request: HttpRequest, slug: str) -> HistoryOut:
    """Read the kept ratings of a contender, oldest first."""
    page = rating_history.read(slug)
    if page is None:
        raise Http404("There is no such contender.")
    moments = [
        MomentOut(
            at=each.snapshot.created_at,
            value=each.value,
            lower=each.lower,
            upper=each.upper,
            elo=each.elo,
            votes=each.votes,
            rank=each.rank_lower,
        )
        for each in page.points
    ]
    return HistoryOut(slug=slug, name=page.contender.name, moments=moments)


@router.get(
    "/ratings/matrix",
    operation_id="read_matrix",
    summary="Read who won against whom",
    response={200: MatrixOut, **refusals(400)},
)
@decorate_view(conditional_page)
def read_matrix(request: HttpRequest, wanted: Query[CategoryWanted]) -> MatrixOut:
    """Read the counts and win rates of every pair."""
    page = rating_matrix.read(Choice(_category(wanted.category)))
    cells = [[cell or Cell(0, 0, 0, 0, 0) for cell in row.cells] for row in page.rows]
    return MatrixOut(
        category=wanted.category,
        votes=page.votes,
        slugs=[row.slug for row in page.rows],
        battles=[[cell.battles for cell in row] for row in cells],
        wins=[[cell.wins for cell in row] for row in cells],
        ties=[[cell.ties for cell in row] for row in cells],
        both_bad=[[cell.both_bad for cell in row] for row in cells],
        win_rate=[[cell.win_rate for cell in row] for row in cells],
    )


@router.get(
    "/ratings/pairs",
    operation_id="list_pairs",
    summary="Read how pairs are drawn",
    response=PairsOut,
)
def list_pairs(request: HttpRequest) -> PairsOut:
    """Read how likely each pair is in the next battle."""
    page = pair_weights.read(now=timezone.now())
    return PairsOut(
        policy=page.policy,
        uniform_share=weights.UNIFORM_SHARE,
        parent_share=weights.PARENT_SHARE,
        pairs=[
            PairOut(
                one=each.one.slug,
                other=each.other.slug,
                chance=each.chance,
                is_parent=each.is_parent,
            )
            for each in page.pairs
        ],
    )


def _category(key: str) -> str:
    if key != ALL and key not in BY_KEY:
        known = ", ".join([ALL, *BY_KEY])
        raise ApiRefused(400, "UNKNOWN_CATEGORY", f"There is no such category; they are {known}.")
    return key


def _ratings(page: RatingBoard) -> RatingsOut:
    board = page.board
    return RatingsOut(
        created_at=page.snapshot.created_at if page.snapshot else None,
        category=board.category,
        is_style_controlled=bool(board.effects),
        votes=board.votes,
        ties=board.ties,
        both_bad=board.both_bad,
        length=board.length,
        groundwork_length=board.groundwork_length,
        policy=page.policy,
        style=[
            EffectOut(mark=each.mark, points=each.points, stderr=each.stderr)
            for each in board.effects
        ],
        rows=[_row(line) for line in page.lines],
    )


def _row(line: Line) -> RatingOut:
    each = line.standing
    return RatingOut(
        rank=each.rank,
        rank_pairwise=each.rank_pairwise,
        slug=line.slug,
        name=line.name,
        kind=line.kind,
        weight_class=line.weight_class,
        value=each.value,
        lower=each.lower,
        upper=each.upper,
        chance_best=each.chance_best,
        elo=line.elo,
        votes=each.votes,
        wins=line.cell.wins,
        won=each.wins,
        lost=each.losses,
        ties=each.ties,
        both_bad=each.both_bad,
        group=each.group,
        is_provisional=line.is_provisional,
    )
