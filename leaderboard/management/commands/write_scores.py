"""Write the board as a Markdown table between two marks of a file, such as zoo/README.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from leaderboard.boards import board
from leaderboard.boards.rows import BoardRow, Cell

BEGIN, END = "<!-- scores:begin -->", "<!-- scores:end -->"
PERCENT: dict[str, int] = {"scale": 100, "digits": 1}
PLAIN: dict[str, int] = {"scale": 1, "digits": 3}


class Command(BaseCommand):
    """Replace what stands between the marks by what this installation measured."""

    help = "Write the board's scores as a Markdown table into a file that has the two marks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the suite."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--suite", default="", help="a suite's key; default: the site's suite")

    def handle(self, *, file: Path, suite: str, **_options: Any) -> None:
        """Write the table, or say which mark is missing."""
        text = file.read_text()
        before, begin, rest = text.partition(BEGIN)
        _old, end, after = rest.partition(END)
        if not (begin and end):
            raise CommandError(f"{file} needs the lines {BEGIN} and {END}.")
        table = "\n".join(lines(board.read(suite=board.suite_named(suite))))
        file.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
        self.stdout.write(f"Wrote the scores into {file}.")


def lines(shown: board.Board) -> list[str]:
    """Return the table: parents before children, gains beyond two standard errors in bold."""
    titles = ["Contender", "Added parameters", *(each.title for each in shown.benchmarks)]
    return [
        f"| {' | '.join(titles)} | Average |",
        f"|---{'|---:' * (len(titles))}|",
        *(_line(row, shown) for row in _in_tree_order(shown.rows)),
    ]


def _line(row: BoardRow, shown: board.Board) -> str:
    scores = [
        _cell(row.scores[each.key], **(PERCENT if each.is_percent else PLAIN))
        for each in shown.benchmarks
    ]
    name = "&nbsp;" * 4 * row.depth + row.name
    size = f"{row.own_parameters:,}" if row.own_parameters else ""
    return f"| {name} | {size} | {' | '.join(scores)} | {_cell(row.average, scale=1, digits=1)} |"


def _cell(cell: Cell, *, scale: int, digits: int) -> str:
    if cell.value is None:
        return "n/a"
    error = "" if cell.stderr is None else f" ± {cell.stderr * scale:.{digits}f}"
    return f"{cell.value * scale:.{digits}f}{error}{_gain(cell, scale, digits)}"


def _gain(cell: Cell, scale: int, digits: int) -> str:
    if cell.gain is None:
        return ""
    told = f"{cell.gain.difference * scale:+.{digits}f}"
    return f" ({told})" if cell.gain.is_noise else f" (**{told}**)"


def _in_tree_order(rows: tuple[BoardRow, ...]) -> list[BoardRow]:
    """Return each row followed by those that stand on it."""

    def below(parent: str) -> list[BoardRow]:
        return [each for row in rows if row.parent == parent for each in (row, *below(row.slug))]

    return below("")
