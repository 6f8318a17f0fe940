"""One contender's rating over time: the points kept, and the picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from arena import ratings
from arena.models import Rating
from evals import lazily
from evals.models import Contender
from leaderboard.charting.drawing import BRASS, CARD, INK, LINE, MUTED
from leaderboard.templatetags.figures import between, plural, spelled, whole

if TYPE_CHECKING:
    import plotly.graph_objects as go
else:
    go = lazily.Module("plotly.graph_objects")

START = datetime(2020, 1, 1, tzinfo=UTC)
POINTS_MAX = 2_000
TABLE_MAX = 200


@dataclass(frozen=True, slots=True)
class History:
    """What the page shows."""

    contender: Contender
    points: list[Rating]  # oldest first, each with its snapshot
    figure: dict[str, Any]

    @property
    def newest_first(self) -> list[Rating]:
        """Return the points for a table, the last ones only."""
        return self.points[::-1][:TABLE_MAX]

    @property
    def summary(self) -> str:
        """Say in a sentence what the picture shows."""
        if not self.points:
            return _("%(name)s has no rating yet.") % {"name": self.contender.name}
        first, last = self.points[0], self.points[-1]
        return _(
            "%(name)s stands at %(last)s (%(interval)s) after %(votes)s; the first rating "
            "kept was %(first)s (%(before)s)."
        ) % {
            "name": self.contender.name,
            "last": whole(last.value),
            "interval": between(whole(last.lower), whole(last.upper)),
            "votes": plural(last.votes, "vote"),
            "first": whole(first.value),
            "before": between(whole(first.lower), whole(first.upper)),
        }


def read(slug: str) -> History | None:
    """Return a contender's history; None where there is no such contender."""
    contender = Contender.objects.listed().filter(slug=slug).first()
    if contender is None:
        return None
    points = points_of(contender)
    return History(contender, points, _figure(points))


def points_of(contender: Contender) -> list[Rating]:
    """Return the kept ratings, oldest first."""
    kept = ratings.history(contenders=[contender], since=START).order_by("-snapshot_id")
    return list(kept[:POINTS_MAX])[::-1]


def _figure(points: list[Rating]) -> dict[str, Any]:
    moments = [each.snapshot.created_at.isoformat() for each in points]
    drawn = go.Figure(layout=_layout())
    edge = {"mode": "lines", "line": {"width": 1, "color": LINE}, "hoverinfo": "skip"}
    drawn.add_trace(
        go.Scatter(x=moments, y=[each.upper for each in points], showlegend=False, **edge)
    )
    drawn.add_trace(
        go.Scatter(
            name=_("95 % interval"),
            x=moments,
            y=[each.lower for each in points],
            fill="tonexty",
            fillcolor=LINE,
            **edge,
        )
    )
    drawn.add_trace(_line(_("Online Elo"), moments, points, "elo", MUTED, "dot"))
    drawn.add_trace(_line(_("Rating"), moments, points, "value", INK, "solid"))
    plain: dict[str, Any] = drawn.to_plotly_json()
    return plain


def _line(
    name: str, moments: list[str], points: list[Rating], field: str, colour: str, dash: str
) -> go.Scatter:
    return go.Scatter(
        name=name,
        x=moments,
        y=[getattr(each, field) for each in points],
        mode="lines+markers" if field == "value" else "lines",
        line={"color": colour, "width": 2 if field == "value" else 1.3, "dash": dash},
        marker={"color": BRASS, "size": 6, "line": {"color": CARD, "width": 1}},
        hovertext=[
            f"{whole(getattr(each, field))} ({between(whole(each.lower), whole(each.upper))}), "
            f"{plural(each.votes, 'vote')}"
            for each in points
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _layout() -> go.Layout:
    lines = {"gridcolor": LINE, "linecolor": INK, "zeroline": False, "fixedrange": True}
    return go.Layout(
        template=go.layout.Template(),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK, "size": 13},
        margin={"l": 56, "r": 16, "t": 44, "b": 40},
        hovermode="closest",
        dragmode=False,
        separators=spelled(".,"),
        hoverlabel={"bgcolor": CARD, "bordercolor": INK, "font": {"color": INK}},
        legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom"},
        xaxis={**lines, "showline": True},
        yaxis={**lines, "title": {"text": _("Rating in blind votes"), "font": {"size": 13}}},
    )
