"""Who shares a place: neighbours that a test does not separate stand on the same one.

The rule: going down from the best, a contender takes a place of its own only where it is surely
behind the best one of the place above: their difference is more than 1.96 of its standard errors
(a two-sided test at 5 %, errors added in squares). Otherwise it shares that place. The next place
counts everybody above it, as in sport: 1, 1, 3. A value without an error is taken as exact. The
tests are not corrected for their number, so a place says "not told apart", never "equal".
"""

import math
from collections.abc import Hashable, Iterable
from typing import TypeVar

from leaderboard.boards.rows import CONFIDENCE

Who = TypeVar("Who", bound=Hashable)
Standing = tuple[Who, float, float | None]  # whose, the value, and its standard error


def shared(standings: Iterable[Standing[Who]]) -> dict[Who, tuple[int, bool]]:
    """Return everybody's place and whether it is shared; the standings come best first."""
    groups: list[list[Who]] = []
    best, spread = 0.0, 0.0  # of the first of the last group
    for who, value, stderr in standings:
        error = stderr or 0.0
        if groups and abs(best - value) <= CONFIDENCE * math.hypot(spread, error):
            groups[-1].append(who)
        else:
            groups.append([who])
            best, spread = value, error
    found: dict[Who, tuple[int, bool]] = {}
    above = 0
    for group in groups:
        place = (above + 1, len(group) > 1)
        found.update(dict.fromkeys(group, place))
        above += len(group)
    return found
