"""How much of both answers is shown on each tick, so that speed tells nothing.

Both sides advance by the same number of characters, the slower one's. A side that outlasts the
other goes on at the pace so far, whether its text is already here or still coming; what is left
when the engines are done follows within a bounded time. Nothing here knows time: a tick is a call.
"""

import math
from collections.abc import Sequence

from arena.models import Side


class Pacer:
    """Holds back what came, and releases it tick by tick."""

    def __init__(self, *, tail_ticks: int, sides: Sequence[str] = tuple(Side.values)) -> None:
        self._held = dict.fromkeys(sides, "")
        self._told: dict[str, list[str]] = {side: [] for side in sides}
        self._ended: set[str] = set()
        self._tail_ticks = tail_ticks
        self._shown = 0  # characters per side while both advanced
        self._ticks = 0
        self._tail_pace: int | None = None

    def add(self, side: str, text: str) -> None:
        """Take more text of a side."""
        self._held[side] += text

    def end(self, side: str) -> None:
        """Note that no more text of this side will come."""
        self._ended.add(side)

    @property
    def is_drained(self) -> bool:
        """Say whether everything was shown."""
        return len(self._ended) == len(self._held) and not any(self._held.values())

    @property
    def can_begin(self) -> bool:
        """Say whether nothing was shown yet and every side has something to show."""
        return not self._shown and all(self._held.values())

    def told(self, side: str) -> str:
        """Return all that a side has shown."""
        return "".join(self._told[side])

    def release(self) -> dict[str, str]:
        """Return the text that each side shows on this tick; a side without any is left out."""
        advancing = [side for side in self._held if not self._is_shown(side)]
        if len(advancing) == len(self._held):
            size = min(map(len, self._held.values()))
            self._shown += size
            self._ticks += bool(self._shown)
        else:
            size = self._pace(advancing)
        return {side: text for side in advancing if (text := self._take(side, size))}

    def _is_shown(self, side: str) -> bool:
        return side in self._ended and not self._held[side]

    def _pace(self, advancing: list[str]) -> int:
        """Return the step of the side that is left, as if the other one were still advancing."""
        left = sum(len(self._held[side]) for side in advancing)
        if not self._shown:  # the other said nothing at all: there is no pace to keep
            return left
        pace = math.ceil(self._shown / self._ticks)
        if len(self._ended) < len(self._held):
            return pace
        self._tail_pace = self._tail_pace or max(pace, math.ceil(left / self._tail_ticks))
        return self._tail_pace

    def _take(self, side: str, size: int) -> str:
        text, self._held[side] = self._held[side][:size], self._held[side][size:]
        self._told[side].append(text)
        return text
