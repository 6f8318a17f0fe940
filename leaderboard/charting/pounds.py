"""Pound for pound: quality for every million weights, gigabyte or dollar, by weight class."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow
from leaderboard.boards.weight_classes import GIGABYTE, NAMES
from leaderboard.charting import asking, bars
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import between, points

NOT_WEIGHED = gettext_noop("Not weighed")
BEST_MAX = 5  # of a class, so that every class has room
CHOICES = {
    "million": gettext_noop("Million weights"),
    "gigabyte": gettext_noop("Gigabyte"),
    "dollar": gettext_noop("Dollar"),
}
DIVISORS: MappingProxyType[str, Callable[[BoardRow], float | None]] = MappingProxyType(
    {
        "million": lambda row: row.parameters / 1e6 if row.parameters else None,
        "gigabyte": lambda row: (row.cost.peak_memory_bytes or 0) / GIGABYTE or None,
        "dollar": lambda row: row.cost.usd_per_million_tokens or None,
    }
)
UNITS = {
    "million": gettext_noop("Points over chance for every million weights"),
    "gigabyte": gettext_noop("Points over chance for every gigabyte used"),
    "dollar": gettext_noop("Points over chance for every $ per million tokens"),
}


@dataclass(frozen=True, slots=True)
class _Worth:
    row: BoardRow
    value: float
    stderr: float | None
    group: str


def draw(board: Board, asked: Asked) -> Picture:
    """Return the best of every class."""
    asked = replace(asked, by=asking.chosen(asked.by, CHOICES))
    every = [worth for row in asked.rows(board) if (worth := _worth(row, asked.by))]
    best = _best(every)
    intervals = [bars.interval(each.value, each.stderr) for each in best]
    told = [f"{each.row.name}, {_(each.group)}: {points(each.value)}" for each in best]
    return Picture(
        title=_("Pound for pound"),
        summary=_summary(best, asked.by),
        note=_(
            "The best %(number)s of each weight class, by the memory they really used. "
            "Bars are 95 %% intervals of the average, divided by the same amount."
        )
        % {"number": BEST_MAX},
        figure=bars.dots([each.row for each in best], intervals, told, _(UNITS[asked.by])),
        headings=[_("Class"), _(UNITS[asked.by]), _("95 % interval")],
        lines=[
            Line(each.row, [_(each.group), points(value), between(points(low), points(high))])
            for each, (value, low, high) in zip(best, intervals, strict=True)
        ],
        pickers=[asked.picker(_("For every"), {key: _(name) for key, name in CHOICES.items()})],
        left_out=[row for row in asked.rows(board) if _worth(row, asked.by) is None],
        hidden=len(every) - len(best),
    )


def _worth(row: BoardRow, by: str) -> _Worth | None:
    divisor = DIVISORS[by](row)
    if not row.is_placed or row.average.value is None or divisor is None:
        return None
    stderr = row.average.stderr
    error = None if stderr is None else stderr / divisor
    return _Worth(row, row.average.value / divisor, error, row.weight_class or NOT_WEIGHED)


def _best(every: list[_Worth]) -> list[_Worth]:
    """Return the best of each class, the lightest class first."""
    groups: dict[str, list[_Worth]] = defaultdict(list)
    for worth in sorted(every, key=lambda each: (-each.value, each.row.slug)):
        groups[worth.group].append(worth)
    order = [name for name in (*NAMES, NOT_WEIGHED) if name in groups]
    return [worth for name in order for worth in groups[name][:BEST_MAX]][: bars.LINES_MAX]


def _summary(best: list[_Worth], by: str) -> str:
    if not best:
        return _("No contender has an average and a count of that kind yet.")
    first: dict[str, _Worth] = {}
    for worth in best:
        first.setdefault(worth.group, worth)
    named = "; ".join(
        _("%(group)s: %(name)s with %(value)s")
        % {"group": _(group), "name": each.row.name, "value": points(each.value)}
        for group, each in first.items()
    )
    return _("%(what)s, the best of each class. %(named)s.") % {
        "what": _(UNITS[by]),
        "named": named,
    }
