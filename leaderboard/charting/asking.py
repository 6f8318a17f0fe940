"""What the reader of a chart asked for: the board's search and filters, and its own choice."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from leaderboard.boards import arrangement, viewing
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow
from leaderboard.boards.viewing import View
from leaderboard.charting.charts import NARROWING
from leaderboard.charting.picture import Link, Picker


@dataclass(frozen=True, slots=True)
class Asked:
    """One chart's address, understood; hashable, so its picture can be kept."""

    kind: str
    view: View
    by: str = ""  # the one choice that a chart may offer

    def address(self, *, by: str) -> str:
        """Return the query string of this chart with another choice."""
        kept = {
            name: value
            for name, value in self.view.pairs().items()
            if name == "suite" or name in NARROWING
        }
        return "?" + urlencode(kept | ({"by": by} if by else {}))

    def picker(self, label: str, choices: dict[str, str]) -> Picker:
        """Return the choice as links."""
        return Picker(label, list(self._links(choices)))

    def rows(self, board: Board) -> list[BoardRow]:
        """Return the rows that the reader asked for."""
        return board.frame.those(arrangement.found_in(board, self.view))

    def _links(self, choices: dict[str, str]) -> list[Link]:
        return [(name, self.address(by=key), key == self.by) for key, name in choices.items()]


def asked(kind: str, query: QueryDict) -> Asked:
    """Read what a reader asked for."""
    return Asked(kind, viewing.asked(query), query.get("by", "")[:80])


def chosen(wanted: str, choices: dict[str, str]) -> str:
    """Return the wanted choice where it exists, else the first."""
    return wanted if wanted in choices else next(iter(choices), "")
