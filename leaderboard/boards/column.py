"""One column of the board: what it reads from a row, and how that is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evals.models import Benchmark
from leaderboard.boards.rows import BoardRow
from leaderboard.templatetags.figures import phrase, whole

Value = float | str | None


def plain(value: Any) -> str:
    """Write a word as it is."""
    return str(value or "")


def worded(value: Any) -> str:
    """Write one of our own words in the reader's language."""
    return phrase(value) if value else ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `value` sorts and is exported, `write` shows it."""

    key: str
    heading: str  # in English, as its meaning is: a board is kept for readers of every language
    meaning: str
    value: Callable[[BoardRow], Value]
    write: Callable[[Any], str] = whole
    group: str = "figure"  # name, average, score, rating, figure or text: how its cells are drawn
    is_low_first: bool = False
    is_default: bool = True
    stderr: Callable[[BoardRow], float | None] | None = None
    benchmark: Benchmark | None = None

    @property
    def label(self) -> str:
        """Return its heading in the reader's language."""
        return worded(self.heading)

    @property
    def hint(self) -> str:
        """Return what it means, in the reader's language."""
        return worded(self.meaning)

    @property
    def is_text(self) -> bool:
        """Say whether its values are words, which give no places."""
        return self.group in ("name", "text")

    @property
    def sort(self) -> str:
        """Return the sort that puts the best first."""
        return self.key if self.is_low_first else f"-{self.key}"
