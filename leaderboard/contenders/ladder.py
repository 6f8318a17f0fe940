"""The same weights stored in fewer and fewer bits: what each step saves, and what it loses.

Who belongs together is what their submitters said (`Contender.variant_of`), never what names look
like. A loss is paired, question by question, where both kept their questions.
"""

from dataclasses import dataclass

from evals import gains
from evals.models import Contender, Suite
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow, Gain, difference
from leaderboard.contenders import changes


@dataclass(frozen=True, slots=True)
class Step:
    """One way to store the weights."""

    row: BoardRow
    loss: Gain | None = None  # of the average, in points, against the original; None: it is it
    is_paired: bool = False
    memory: float | None = None  # of the original's, as a share of one

    @property
    def is_original(self) -> bool:
        """Say whether these are the weights as they were trained."""
        return not self.row.variant_of


def of(row: BoardRow, board: Board) -> list[Step]:
    """Return every way these weights are stored, the original first; nothing where it is one."""
    original = board.by_slug.get(row.variant_of or row.slug)
    if original is None or row.is_adapter:
        return []
    made_from = board.frame.equal("variant_of", lambda each: each.variant_of, original.slug)
    rows = board.frame.those(made_from)
    rows.sort(key=lambda each: (-(each.cost.peak_memory_bytes or 0), each.slug))
    if not rows:
        return []
    return [Step(original), *(_step(each, original, board.suite) for each in rows)]


def _step(row: BoardRow, original: BoardRow, suite: Suite | None) -> Step:
    paired = changes.in_points(_paired(row, original, suite))
    held, holds = original.cost.peak_memory_bytes, row.cost.peak_memory_bytes
    return Step(
        row,
        loss=paired or _unpaired(row, original),
        is_paired=paired is not None,
        memory=holds / held if held and holds else None,
    )


def _paired(row: BoardRow, original: BoardRow, suite: Suite | None) -> list[gains.Gain]:
    """Return what changed on the questions of both; nothing where some were not kept."""
    pair = Contender.objects.in_bulk([original.slug, row.slug], field_name="slug")
    if suite is None or len(pair) < 2:
        return []
    found = gains.between(pair[original.slug], pair[row.slug], suite)
    both = [
        key
        for key, cell in row.scores.items()
        if cell.value is not None and original.scores[key].value is not None
    ]
    return found if len(found) == len(both) else []


def _unpaired(row: BoardRow, original: BoardRow) -> Gain | None:
    comparable = row.average.measured == original.average.measured
    return difference(
        row.average.value, row.average.stderr, original.average if comparable else None
    )
