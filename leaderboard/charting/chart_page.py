"""The charts of the site: which there are, and what the page around each shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.board import Board
from leaderboard.boards.filters import Option
from leaderboard.boards.narrowed import Narrowed
from leaderboard.charting import (
    agreement,
    asking,
    cost,
    gains,
    gaps,
    pounds,
    ratings,
    wins,
)
from leaderboard.charting.asking import Asked
from leaderboard.charting.charts import NARROWING
from leaderboard.charting.picture import Link, Picture

KINDS = MappingProxyType(
    {
        "cost": gettext_noop("Quality and cost"),
        "pound-for-pound": gettext_noop("Pound for pound"),
        "gap": gettext_noop("Gap to the baseline"),
        "ratings": gettext_noop("Ratings"),
        "wins": gettext_noop("Who beat whom"),
        "gains": gettext_noop("Gains of layers"),
        "agreement": gettext_noop("Benchmarks and votes"),
    }
)
DRAWN: MappingProxyType[str, Callable[[Board, Asked], Picture]] = MappingProxyType(
    {
        "pound-for-pound": pounds.draw,
        "ratings": ratings.draw,
        "wins": wins.draw,
        "gains": gains.draw,
        "agreement": agreement.draw,
    }
)


def address(kind: str) -> str:
    """Return where a chart lives."""
    return reverse("chart-list") if kind == "cost" else reverse("chart-detail", args=[kind])


def draw(kind: str, board: Board, query: QueryDict, *, today: date) -> Picture:
    """Return the picture that an address asks for."""
    if kind == "cost":
        return cost.draw(board, query)
    asked = asking.asked(kind, query)
    if kind == "gap":
        return gaps.draw(board, asked, today=today)
    return DRAWN[kind](board, asked)


@dataclass(frozen=True)
class ChartPage(Narrowed):
    """Everything the page shows around its picture."""

    kind: str
    query: QueryDict
    picture: Picture

    @property
    def kinds(self) -> list[Link]:
        """Return every chart with the same search and filters."""
        pairs = self.view.pairs()
        kept = QueryDict(mutable=True)
        kept.update({name: pairs[name] for name in ("suite", *NARROWING) if name in pairs})
        tail = f"?{kept.urlencode()}" if kept else ""
        return [
            (_(name), f"{address(kind)}{tail}", kind == self.kind) for kind, name in KINDS.items()
        ]

    @property
    def kept(self) -> list[Option]:
        """Return what the filter form must carry along: the chart's own choices."""
        return [
            (name, str(self.query[name]))
            for name in ("x", "y", "by", "suite")
            if name in self.query
        ]

    @property
    def data_address(self) -> str:
        """Return where every number of the picture can be downloaded."""
        return f"{reverse('chart-data', args=[self.kind])}?{self.query.urlencode()}"

    @property
    def clear_address(self) -> str:
        """Return this chart without a search or a filter."""
        return address(self.kind)
