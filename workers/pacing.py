"""How much of both answers is shown on each tick, so that speed tells nothing.

Both sides advance by the same number of characters, the slower one's. A side that outlasts the
other goes on at the pace so far, whether its text is already here or still coming; what is left
when the engines are done follows within a bounded time. Nothing here knows time: a tick is a call.
"""

import math

from arena.models import Side


class Pacer:
    """Holds back what came, and releases it tick by tick."""

    def __init__(self, *, tail_ticks: int) -> None:
        self._held = dict.fromkeys(Side.values, "")
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
        return len(self._ended) == len(Side.values) and not any(self._held.values())

    def release(self) -> dict[str, str]:
        """Return the text that each side shows on this tick; a side without any is left out."""
        advancing = [side for side in Side.values if not self._is_shown(side)]
        if len(advancing) == len(Side.values):
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
        if len(self._ended) < len(Side.values):
            return pace
        self._tail_pace = self._tail_pace or max(pace, math.ceil(left / self._tail_ticks))
        return self._tail_pace

    def _take(self, side: str, size: int) -> str:
        text, self._held[side] = self._held[side][:size], self._held[side][size:]
        return text
