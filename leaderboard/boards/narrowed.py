"""What a page offers that shows the part of a board its reader asked for."""

from dataclasses import dataclass

from django.utils.translation import get_language

from leaderboard.boards import filters
from leaderboard.boards.board import Board
from leaderboard.boards.filters import Option
from leaderboard.boards.viewing import View


@dataclass(frozen=True)
class Narrowed:
    """A page around a board and a view of it; `board/_filters.html` draws its choices."""

    board: Board
    view: View

    @property
    def options(self) -> dict[str, list[Option]]:
        """Return what every filter can be set to."""
        return self.board.kept(
            ("options", get_language()), lambda: filters.options(self.board.rows)
        )

    @property
    def filter_count(self) -> int:
        """Return how many filters are set."""
        return len(self.view.filters.pairs())
