"""Who won against whom, and how often two met: both matrices of one category."""

from dataclasses import dataclass

from arena import boards, tally
from evals.models import Contender
from leaderboard.ratings.rating_choice import Choice

SHADES = 5  # steps of colour on either side of even


@dataclass(frozen=True, slots=True)
class Cell:
    """What happened between the contender of the row and the one of the column."""

    battles: int
    wins: int
    losses: int
    ties: int
    both_bad: int

    @property
    def win_rate(self) -> float | None:
        """Return the row's share of wins, ties as half a win; None where two never met."""
        if not self.battles:
            return None
        return (self.wins + (self.ties + self.both_bad) / 2) / self.battles

    @property
    def shade(self) -> str:
        """Return how far from even it is, as the sheet names it."""
        if (rate := self.win_rate) is None:
            return "none"
        steps = round((rate - 0.5) * 2 * SHADES)
        return f"{'plus' if steps > 0 else 'minus' if steps < 0 else 'even'}{abs(steps) or ''}"


@dataclass(frozen=True, slots=True)
class Row:
    """One contender against all others; None against itself."""

    slug: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows and columns in the same order: strongest first."""

    choice: Choice
    rows: tuple[Row, ...]
    votes: int

    @property
    def most(self) -> int:
        """Return how often the two that met most did."""
        return max((cell.battles for row in self.rows for cell in row.cells if cell), default=0)


def read(choice: Choice) -> Matrix:
    """Return the matrices of a category."""
    listed = {each.pk: each for each in Contender.objects.listed().order_by("pk")}
    board = boards.read(category=choice.category, among=listed)
    counted = tally.read(choice.category)
    places = {pk: place for place, pk in enumerate(counted.people.tolist())}
    order = [each.contender for each in board.standings if each.contender in places]
    rows = tuple(
        Row(
            listed[pk].slug,
            listed[pk].name,
            tuple(
                None if pk == other else _cell(counted, places[pk], places[other])
                for other in order
            ),
        )
        for pk in order
    )
    return Matrix(choice, rows, counted.votes)


def _cell(counted: tally.Tallied, i: int, j: int) -> Cell:
    wins, losses = round(counted.wins[i, j]), round(counted.wins[j, i])
    ties, both_bad = round(counted.ties[i, j]), round(counted.both_bad[i, j])
    return Cell(wins + losses + ties + both_bad, wins, losses, ties, both_bad)
