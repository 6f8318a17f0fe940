"""The headings of the board: what each sorts by, and where a click or a shift-click leads."""

from dataclasses import dataclass

from leaderboard.boards.column import Column
from leaderboard.boards.viewing import View


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading."""

    column: Column
    address: str  # sorts by this column alone
    also: str  # sorts by this column after those that sort already
    direction: str = ""  # "ascending" or "descending" where this column sorts
    order: int = 0  # 1 for the deciding column, 2 for the next; 0: it does not sort

    @property
    def is_deciding(self) -> bool:
        """Say whether this column decides the order."""
        return self.order == 1


def of(shown: list[Column], view: View) -> list[Heading]:
    """Return the heading of every column shown."""
    return [_heading(column, view) for column in shown]


def _heading(column: Column, view: View) -> Heading:
    keys = list(view.keys)
    signed = next((key for key in keys if key.removeprefix("-") == column.key), "")
    if not signed:
        also = view.but(sort=",".join((*keys, column.sort))).address()
        return Heading(column, view.but(sort=column.sort).address(), also)
    turned = signed.removeprefix("-") if signed.startswith("-") else f"-{signed}"
    at = keys.index(signed)
    also = view.but(sort=",".join((*keys[:at], turned, *keys[at + 1 :]))).address()
    is_alone = len(keys) == 1 or at == 0
    return Heading(
        column,
        view.but(sort=turned if is_alone else column.sort).address(),
        also,
        direction="descending" if signed.startswith("-") else "ascending",
        order=at + 1,
    )
