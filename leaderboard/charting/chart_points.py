"""The values a chart is made of: what is measured along each axis, and one contender's place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leaderboard.boards.rows import BoardRow
from leaderboard.templatetags.figures import phrase

Interval = tuple[float, float, float]  # a value with both ends of its 95 % interval


@dataclass(frozen=True, slots=True)
class Axis:
    """Something measured, with its names."""

    key: str
    name: str  # in English, as the axis is
    axis: str

    @property
    def label(self) -> str:
        """Return its name in the reader's language."""
        return phrase(self.name)

    @property
    def title(self) -> str:
        """Return what stands along the axis, in the reader's language."""
        return phrase(self.axis)


@dataclass(frozen=True, slots=True)
class Quality(Axis):
    """What is better when it is higher."""

    value: Callable[[BoardRow], Interval | None]
    write: Callable[[Any], str]
    level: Callable[[BoardRow], Interval | None]  # a baseline's, even where it is partial
    caveat: Callable[[BoardRow], str]  # what must be said with that level


@dataclass(frozen=True, slots=True)
class Cost(Axis):
    """What is better when it is lower, or, like speed, when it is higher."""

    value: Callable[[BoardRow], float | None]
    write: Callable[[Any], str]
    is_high_better: bool = False
    want: str = ""  # in English: what it takes to have this number


@dataclass(frozen=True, slots=True)
class Point:
    """One contender on the chart."""

    row: BoardRow
    x: float
    y: float
    low: float
    high: float
    is_on_front: bool = False
