"""How a contender fared against everybody it met in counted votes, and how its rating moved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from arena import ratings
from arena.models import Rating, Vote
from arena.ratings import SCORES
from evals.models import Contender
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow

SHOWN_MAX = 25
HISTORY = timedelta(days=365)
WIDTH, HEIGHT, PAD = 320.0, 72.0, 4.0  # of the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Opponent:
    """Counted votes against one other contender, as this one sees them."""

    row: BoardRow
    won: int
    lost: int
    tied: int  # with both-bad: half a win each

    @property
    def met(self) -> int:
        """Return how many counted votes there are."""
        return self.won + self.lost + self.tied

    @property
    def share(self) -> float:
        """Return the share that was won, a tie as half."""
        return (self.won + self.tied / 2) / self.met


@dataclass(frozen=True, slots=True)
class History:
    """A rating over time, as a drawing and as its two ends."""

    first: Rating
    last: Rating
    line: str  # points of the values
    band: str  # points around the interval
    count: int


def of(contender: Contender, board: Board) -> list[Opponent]:
    """Return everybody on the board whom it met, most met first; two queries."""
    slugs = {1.0: "won", 0.0: "lost"}
    counts: Counter[tuple[str, str]] = Counter()
    for ours, theirs in (("a", "b"), ("b", "a")):
        told = (
            Vote.objects.counted()
            .filter(**{f"battle__contender_{ours}": contender})
            .values_list(f"battle__contender_{theirs}__slug", "choice")
            .annotate(times=Count("pk"))
            .order_by()
        )
        for slug, choice, times in told:
            score = SCORES[choice] if ours == "a" else 1 - SCORES[choice]
            counts[slug, slugs.get(score, "tied")] += times
    met = {slug for slug, _how in counts} & board.by_slug.keys()
    found = [
        Opponent(
            board.by_slug[slug],
            **{how: counts[slug, how] for how in ("won", "lost", "tied")},
        )
        for slug in met
    ]
    return sorted(found, key=lambda each: (-each.met, each.row.slug))


def history(contender: Contender, *, now: datetime) -> History | None:
    """Return how its rating moved; None until there are two fits with it."""
    every = list(ratings.history(contenders=[contender], since=now - HISTORY))
    if len(every) < 2:
        return None
    return History(every[0], every[-1], *_drawn(every), count=len(every))


def _drawn(every: Sequence[Rating]) -> tuple[str, str]:
    low, high = min(each.lower for each in every), max(each.upper for each in every)
    start = every[0].snapshot.created_at
    span = (every[-1].snapshot.created_at - start).total_seconds() or 1.0

    def across(rating: Rating) -> float:
        share = (rating.snapshot.created_at - start).total_seconds() / span
        return PAD + share * (WIDTH - 2 * PAD)

    def point(rating: Rating, value: float) -> str:
        share = (value - low) / ((high - low) or 1.0)
        return f"{across(rating):.1f},{HEIGHT - PAD - share * (HEIGHT - 2 * PAD):.1f}"

    line = " ".join(point(each, each.value) for each in every)
    over = [point(each, each.upper) for each in every]
    under = [point(each, each.lower) for each in reversed(every)]
    return line, " ".join([*over, *under])
