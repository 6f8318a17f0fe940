"""The ratings as a reader wants them: names beside standings, what style is worth, the numbers.

Fits are the arena's (`arena.boards`); names and weight classes are the board's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arena import boards, ratings
from arena.boards import Board, Effect, Standing
from arena.models import Rating, RatingSnapshot
from evals.models import Contender
from leaderboard.boards import snapshots
from leaderboard.boards.rows import RatingCell
from leaderboard.ratings.rating_choice import Choice, Link

MARKS = {
    "length": gettext_noop("a longer answer"),
    "headers": gettext_noop("more headers"),
    "bold": gettext_noop("more bold"),
    "lists": gettext_noop("more list items"),
}
UNSEEN = 500.0  # points of standard error from which a mark of style is as good as unseen
ROOM = 0.3  # beyond the widest settled interval, for those who are not settled yet
COLUMNS = (
    "rank", "rank_pairwise", "slug", "name", "kind", "weight_class", "rating", "rating_lower",
    "rating_upper", "chance_best", "votes", "wins", "losses", "ties", "both_bad", "elo", "group",
    "is_provisional",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One contender of the ratings."""

    standing: Standing
    slug: str
    name: str
    kind: str
    weight_class: str
    elo: float | None

    @property
    def is_provisional(self) -> bool:
        """Say whether it has too few votes to mean much."""
        return self.standing.votes < settings.RATING_MIN_VOTES

    @property
    def cell(self) -> RatingCell:
        """Return what the drawing of an interval takes."""
        each = self.standing
        return RatingCell(
            value=each.value,
            lower=each.lower,
            upper=each.upper,
            elo=self.elo or 0.0,
            votes=each.votes,
            wins=each.wins + (each.ties + each.both_bad) / 2,
            rank=each.rank,
            is_provisional=self.is_provisional,
        )

    @property
    def margin(self) -> float:
        """Return half the width of the interval."""
        return (self.standing.upper - self.standing.lower) / 2

    def values(self) -> dict[str, object]:
        """Return it for a file; the field's names for the rating and its interval."""
        each = self.standing
        found = (
            each.rank, each.rank_pairwise, self.slug, self.name, self.kind, self.weight_class,
            each.value, each.lower, each.upper, each.chance_best, each.votes, each.wins,
            each.losses, each.ties, each.both_bad, self.elo, each.group, self.is_provisional,
        )  # fmt: skip
        return dict(zip(COLUMNS, found, strict=True))


@dataclass(frozen=True)
class RatingBoard:
    """Everything the page, the API and the files show."""

    choice: Choice
    board: Board
    lines: tuple[Line, ...]
    snapshot: RatingSnapshot | None
    held: frozenset[str]  # weight classes that somebody is in

    @property
    def policy(self) -> str:
        """Return the versioned rule for ties and both-bad."""
        return ratings.POLICY

    @property
    def classes(self) -> list[Link]:
        """Return the weight classes to choose."""
        return self.choice.classes(set(self.held))

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Return the span that intervals are drawn on; those of provisional ones may end at it."""
        settled = [line for line in self.lines if not line.is_provisional] or self.lines
        ends = [(line.standing.lower, line.standing.upper) for line in settled]
        if not ends:
            return (0.0, 1.0)
        low, high = min(low for low, _high in ends), max(high for _low, high in ends)
        return low - ROOM * (high - low), high + ROOM * (high - low)

    @cached_property
    def groups(self) -> list[list[Line]]:
        """Return the lines of each set of contenders that was compared with each other."""
        return [
            list(lines) for _group, lines in groupby(self.lines, lambda each: each.standing.group)
        ]

    @property
    def effects(self) -> Iterator[tuple[str, Effect | None, bool]]:
        """Yield what each mark of style is worth, and whether it is more than chance explains.

        A mark that hardly any answer has shows nothing.
        """
        for each in self.board.effects:
            known = each if each.stderr < UNSEEN else None
            yield _(MARKS[each.mark]), known, abs(each.points) > 1.96 * each.stderr

    @property
    def misses_style(self) -> bool:
        """Say whether style should be controlled and cannot be yet."""
        return self.choice.is_styled and bool(self.lines) and not self.board.effects


def read(choice: Choice) -> RatingBoard:
    """Return the ratings that the reader asked for."""
    rows = snapshots.current().board.by_slug
    listed = {contender.pk: contender for contender in Contender.objects.listed().order_by("pk")}
    classes = {
        pk: rows[each.slug].weight_class if each.slug in rows else "" for pk, each in listed.items()
    }
    among = {pk for pk, name in classes.items() if not choice.weight or _is(name, choice.weight)}
    board = boards.read(category=choice.category, is_styled=choice.is_styled, among=among)
    snapshot = ratings.current()
    elo = dict(Rating.objects.filter(snapshot=snapshot).values_list("contender_id", "elo"))
    lines = tuple(
        Line(
            standing=each,
            slug=listed[each.contender].slug,
            name=listed[each.contender].name,
            kind=listed[each.contender].kind,
            weight_class=classes[each.contender],
            elo=elo.get(each.contender),
        )
        for each in board.standings
    )
    held = frozenset(name for name in classes.values() if name)
    return RatingBoard(choice, board, lines, snapshot, held)


def _is(name: str, weight: str) -> bool:
    return name.casefold() == weight
