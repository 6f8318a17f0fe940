"""One picture with all that stands beside it: a sentence, the same numbers as a table, choices."""

from dataclasses import dataclass, field
from typing import Any

from leaderboard.boards.rows import BoardRow

Link = tuple[str, str, bool]  # what it says, where it leads, whether the reader is there
LINES_MAX = 100  # of a table beside a picture; its CSV has every line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: who, and the numbers as a reader reads them."""

    row: BoardRow | None
    cells: list[str]
    name: str = ""  # where no single contender is meant


@dataclass(frozen=True, slots=True)
class Picker:
    """One choice that changes the picture."""

    label: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the page of a chart shows."""

    title: str
    summary: str
    note: str
    figure: dict[str, Any]
    headings: list[str]
    lines: list[Line]
    pickers: list[Picker] = field(default_factory=list)
    left_out: list[BoardRow] = field(default_factory=list)
    hidden: int = 0
    want: str = ""  # said where nothing can be drawn: what it takes

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return not self.lines

    @property
    def shown_lines(self) -> list[Line]:
        """Return the lines that the page has room for."""
        return self.lines[:LINES_MAX]

    @property
    def more_lines(self) -> int:
        """Return how many lines are only in the file."""
        return max(0, len(self.lines) - LINES_MAX)
