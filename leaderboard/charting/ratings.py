"""Every rating with its interval: who is told apart, and who is not."""

from django.conf import settings

from leaderboard.board import Board
from leaderboard.charting import bars
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.rows import BoardRow, RatingCell
from leaderboard.templatetags.figures import plural, whole


def draw(board: Board, asked: Asked) -> Picture:
    """Return the ratings, strongest on top."""
    rated = [(row, row.rating) for row in asked.rows(board) if row.rating]
    rated.sort(key=lambda each: (-each[1].value, each[0].slug))
    shown = rated[: bars.LINES_MAX]
    return Picture(
        title="Ratings and their intervals",
        summary=_summary(rated),
        note="Bradley–Terry strengths from blind votes with 95 % intervals; 400 points are odds "  # noqa: RUF001
        f"of ten to one, and {settings.RATING_ANCHOR:.0f} is the mean of all votes.",
        figure=bars.dots(
            [row for row, _rating in shown],
            [(rating.value, rating.lower, rating.upper) for _row, rating in shown],
            [f"{row.name}: {_told(rating)}" for row, rating in shown],
            "Rating in blind votes",
        ),
        headings=["Rating", "95 % interval", "Votes", "Place"],
        lines=[
            Line(
                row,
                [
                    whole(rating.value),
                    f"{whole(rating.lower)} to {whole(rating.upper)}",
                    whole(rating.votes) + (" (provisional)" if rating.is_provisional else ""),
                    str(rating.rank),
                ],
            )
            for row, rating in rated
        ],
        hidden=len(rated) - len(shown),
    )


def _told(rating: RatingCell) -> str:
    return (
        f"{whole(rating.value)} ({whole(rating.lower)} to {whole(rating.upper)}) "
        f"from {plural(rating.votes, 'vote')}"
    )


def _summary(rated: list[tuple[BoardRow, RatingCell]]) -> str:
    if not rated:
        return "Nobody has a rating yet: it takes a vote."
    row, best = rated[0]
    near = [other.name for other, rating in rated[1:] if rating.upper >= best.lower]
    text = f"{row.name} is strongest with {_told(best)}."
    if not near:
        return f"{text} No other interval reaches its own."
    return f"{text} {plural(len(near), 'interval')} of others reach into its own."
