"""Who beat whom: the share of counted votes that each contender won against each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from arena.models import Vote
from arena.ratings import SCORES
from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow
from leaderboard.charting import drawing
from leaderboard.charting.asking import Asked
from leaderboard.charting.picture import Line, Picture
from leaderboard.templatetags.figures import percent, plural

PEOPLE_MAX = 16  # more would not be readable


@dataclass(frozen=True, slots=True)
class Record:
    """What one contender won against another; a tie and both-bad are half a win each."""

    wins: float
    battles: int

    @property
    def share(self) -> float:
        """Return the share of battles won."""
        return self.wins / self.battles


Records = Mapping[tuple[str, str], Record]


def records(rows: list[BoardRow]) -> Records:
    """Return who won how often against whom, among these; one query."""
    slugs = [row.slug for row in rows]
    counted = (
        Vote.objects.counted()
        .filter(battle__contender_a__slug__in=slugs, battle__contender_b__slug__in=slugs)
        .values_list("battle__contender_a__slug", "battle__contender_b__slug", "choice")
        .annotate(times=Count("pk"))
    )
    found: dict[tuple[str, str], Record] = {}
    for one, other, choice, times in counted:
        score = SCORES[choice]
        for pair, won in (((one, other), score), ((other, one), 1 - score)):
            past = found.get(pair, Record(0.0, 0))
            found[pair] = Record(past.wins + won * times, past.battles + times)
    return found


def draw(board: Board, asked: Asked) -> Picture:
    """Return the heat map of the most voted, strongest on top."""
    rated = [row for row in asked.rows(board) if row.rating]
    most = sorted(rated, key=lambda row: -(row.rating.votes if row.rating else 0))[:PEOPLE_MAX]
    rows = sorted(most, key=lambda row: -(row.rating.value if row.rating else 0.0))
    found = records(rows)
    return Picture(
        title=_("Who beat whom"),
        summary=_summary(rows, found),
        note=_(
            "The share of counted votes that the contender of the line won against the one "
            "of the column; ties are half. The %(number)s with the most votes, "
            "strongest first."
        )
        % {"number": PEOPLE_MAX},
        figure=_figure(rows, found),
        headings=[_("Against"), _("Won"), _("Votes")],
        lines=[
            Line(one, [other.name, f"{percent(record.share, 0)} %", str(record.battles)])
            for one in rows
            for other in rows
            if (record := found.get((one.slug, other.slug)))
        ],
        hidden=len(rated) - len(rows),
    )


def _figure(rows: list[BoardRow], found: Records) -> dict[str, Any]:
    layout = drawing.frame()
    names = [drawing.plain(_short(row.name)) for row in rows]
    marks: dict[str, Any] = {
        "tickvals": list(range(len(rows))),
        "ticktext": names,
        "showgrid": False,
    }
    layout["xaxis"] = drawing.axis("", side="top", tickangle=-35, **marks)
    layout["yaxis"] = drawing.axis("", autorange="reversed", **marks)
    layout["margin"] = {"l": 170, "r": 16, "t": 130, "b": 24}
    cells = [[found.get((one.slug, other.slug)) for other in rows] for one in rows]
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[cell and cell.share for cell in line] for line in cells],
                "zmin": 0,
                "zmax": 1,
                "text": [
                    [percent(cell.share, 0) if cell else "" for cell in line] for line in cells
                ],
                "texttemplate": "%{text}",
                "hovertext": [[_told(one, other, found) for other in rows] for one in rows],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "customdata": [[drawing.address_of(one)] * len(rows) for one in rows],
                "colorscale": drawing.TWO_SIDED,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "hoverongaps": False,
            }
        ],
        "layout": layout,
    }


def _told(one: BoardRow, other: BoardRow, found: Records) -> str:
    record = found.get((one.slug, other.slug))
    if record is None:
        return ""
    return _("%(name)s won %(share)s %% of %(votes)s<br>against %(other)s") % {
        "name": drawing.plain(one.name),
        "share": percent(record.share, 0),
        "votes": plural(record.battles, "vote"),
        "other": drawing.plain(other.name),
    }


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"


def _summary(rows: list[BoardRow], found: Records) -> str:
    if not found:
        return _("No two contenders have met in a counted vote yet.")
    pair, record = max(found.items(), key=lambda each: (each[1].share, each[1].battles))
    names = {row.slug: row.name for row in rows}
    votes = sum(each.battles for each in found.values()) // 2
    return _(
        "%(votes)s between %(contenders)s. The clearest: %(name)s won %(share)s "
        "%% of %(met)s against %(other)s."
    ) % {
        "votes": plural(votes, "counted vote"),
        "contenders": plural(len(rows), "contender"),
        "name": names[pair[0]],
        "share": percent(record.share, 0),
        "met": plural(record.battles, "vote"),
        "other": names[pair[1]],
    }
