"""How much of both answers is shown on each tick, so that speed tells nothing.

Both sides advance by the same number of characters. Their pace is what the slower one brought on
average, kept for many ticks, a random little held back: a piece that showed how much just came
would end where the slower side's tokens end, and tell it every time. A side that outlasts the
other goes on at the pace so far, whether its text is already here or still coming; what is left
when the engines are done follows within a bounded time. Nothing here knows time: a tick is a call.
"""

import math
from collections.abc import Sequence
from random import Random, SystemRandom

from arena.models import Side

FIRST_PACE = 2
RAMP = (2, 4, 8)  # ticks at which quick engines get a new pace at the beginning
CROWDED = 60  # characters in hand; so many average out how long single tokens are
STEADY_TICKS = 16  # how long one pace is kept
PACE_SHARE = 0.92  # of what came on average: a little is always in hand
MARGIN = (2, 14)  # characters held back at random, so that no piece ends where a token does


class Pacer:
    """Holds back what came, and releases it tick by tick."""

    def __init__(
        self,
        *,
        tail_ticks: int,
        sides: Sequence[str] = tuple(Side.values),
        random: Random | None = None,
    ) -> None:
        self._held = dict.fromkeys(sides, "")
        self._told: dict[str, list[str]] = {side: [] for side in sides}
        self._ended: set[str] = set()
        self._tail_ticks = tail_ticks
        self._shown = 0  # characters per side while both advanced
        self._ticks = 0  # since the first text was shown
        self._pace = 0  # characters a tick, kept for several
        self._random = random or SystemRandom()
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
        size = self._size(advancing)
        self._shown += size if len(advancing) == len(self._held) else 0
        return {side: text for side in advancing if (text := self._take(side, size))}

    def _is_shown(self, side: str) -> bool:
        return side in self._ended and not self._held[side]

    def _size(self, advancing: list[str]) -> int:
        """Return how many characters every side that is not through shows now."""
        writing = [side for side in advancing if side not in self._ended]
        if not writing:
            return self._rest(max((len(self._held[side]) for side in advancing), default=0))
        here = min(len(self._held[side]) for side in writing)
        if not here or not (self._ticks or self._have_all_begun()):
            return 0
        if not self._ticks:  # the first text is shown at once, but never a whole token
            self._ticks, self._pace = 1, FIRST_PACE
            return min(FIRST_PACE, here)
        self._ticks += 1
        is_crowded = self._ticks in RAMP and here > CROWDED
        if is_crowded or self._ticks % STEADY_TICKS == 0:
            come = min(self._told_so_far(side) + len(self._held[side]) for side in writing)
            self._pace = max(1, round(PACE_SHARE * come / self._ticks))
        margin = self._random.randrange(*MARGIN)
        return max(0, min(self._pace, here - margin))

    def _have_all_begun(self) -> bool:
        return all(self._held[side] or side in self._ended for side in self._held)

    def _rest(self, left: int) -> int:
        """Return the step when the engines are done: the pace so far, or quicker in the bound."""
        if not self._shown:  # somebody said nothing at all: there is no pace to keep
            return left
        self._tail_pace = self._tail_pace or max(self._pace, math.ceil(left / self._tail_ticks))
        return self._tail_pace

    def _told_so_far(self, side: str) -> int:
        return sum(map(len, self._told[side]))

    def _take(self, side: str, size: int) -> str:
        text, self._held[side] = self._held[side][:size], self._held[side][size:]
        self._told[side].append(text)
        return text
