"""Every rating with its interval: who is told apart, and who is not."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow, RatingCell
from leaderboard.charting import bars
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import between, plural, whole


def draw(board: Board, asked: Asked) -> Picture:
    """Return the ratings, strongest on top."""
    rated = [(row, row.rating) for row in asked.rows(board) if row.rating]
    rated.sort(key=lambda each: (-each[1].value, each[0].slug))
    shown = rated[: bars.LINES_MAX]
    return Picture(
        title=_("Ratings and their intervals"),
        summary=_summary(rated),
        note=_(
            "Bradley–Terry strengths from blind votes with 95 %% intervals; 400 points are "  # noqa: RUF001
            "odds of ten to one, and %(anchor)s is the mean of all votes."
        )
        % {"anchor": whole(settings.RATING_ANCHOR)},
        figure=bars.dots(
            [row for row, _rating in shown],
            [(rating.value, rating.lower, rating.upper) for _row, rating in shown],
            [f"{row.name}: {_told(rating)}" for row, rating in shown],
            _("Rating in blind votes"),
        ),
        headings=[_("Rating"), _("95 % interval"), _("Votes"), _("Place")],
        lines=[
            Line(
                row,
                [
                    whole(rating.value),
                    between(whole(rating.lower), whole(rating.upper)),
                    whole(rating.votes)
                    + (" " + _("(provisional)") if rating.is_provisional else ""),
                    str(rating.rank),
                ],
            )
            for row, rating in rated
        ],
        hidden=len(rated) - len(shown),
    )


def _told(rating: RatingCell) -> str:
    return _("%(rating)s (%(lower)s to %(upper)s) from %(votes)s") % {
        "rating": whole(rating.value),
        "lower": whole(rating.lower),
        "upper": whole(rating.upper),
        "votes": plural(rating.votes, "vote"),
    }


def _summary(rated: list[tuple[BoardRow, RatingCell]]) -> str:
    if not rated:
        return _("Nobody has a rating yet: it takes a vote.")
    row, best = rated[0]
    near = [other.name for other, rating in rated[1:] if rating.upper >= best.lower]
    text = _("%(name)s is strongest with %(best)s.") % {"name": row.name, "best": _told(best)}
    if not near:
        return text + " " + _("No other interval reaches its own.")
    return (
        text
        + " "
        + ngettext(
            "%(count)s interval of others reaches into its own.",
            "%(count)s intervals of others reach into its own.",
            len(near),
        )
        % {"count": len(near)}
    )
