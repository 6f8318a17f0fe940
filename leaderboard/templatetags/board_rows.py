"""A whole row of the board, written as text: a page has fifty, and a template takes a millisecond.

What a row says of itself is the same for every reader, so its cells are kept with the board for as
many rows as are likely to be wanted again; only its place and its two addresses are the view's.
Everything that came from people is escaped here; the rest are numbers and names of the design.
"""

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leaderboard.boards import addresses
from leaderboard.boards.arrangement import Line
from leaderboard.boards.board_page import BoardPage, Shown
from leaderboard.boards.rows import BoardRow
from leaderboard.templatetags import board_cells, figures
from leaderboard.web.memory import Memory

register = template.Library()
ROWS_KEPT = 1_500  # of one choice of columns
PIN = (
    '<svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">'
    '<path d="M4 1h4v4l2 2H2l2-2zM6 7v4"/></svg>'
)


@register.simple_tag
def board_row(each: Shown, page: BoardPage, prefix: str) -> SafeString:
    """Write one row."""
    line, row = each.line, each.line.row
    return SafeString(
        f'<tr id="{prefix}-{row.slug}" role="row" class="{_classes(line)}">'
        f'<th scope="row" role="rowheader" class="col-name depth-{line.depth}">{_branches(line)}'
        f'<div class="who"><span class="place{" place-long" if (line.place or 0) > 99 else ""}">'
        f'{_place(line)}</span><span class="who-name">{_name(row)}<span class="who-meta">'
        f"{_about(row)} {_fold(each)} {_pin(each)}</span>{_progress(row)}</span></div></th>"
        f"{_cells(row, page)}</tr>\n"
    )


def _cells(row: BoardRow, page: BoardPage) -> str:
    """Return the cells of a row, written once for everybody who chose the same columns."""
    choice = (*(each.key for each in page.columns), page.view.is_normalised, get_language())
    kept: Memory = page.board.kept(("cells", choice), lambda: Memory(ROWS_KEPT))
    return kept.get(row.slug, lambda: board_cells.cells(row, page))


def _classes(line: Line) -> str:
    found = [
        f"row row-{line.row.kind.lower()}",
        "row-first" if line.place == 1 else "",
        "row-root" if line.depth == 0 else "",
        "row-context" if line.is_context else "",
    ]
    return " ".join(filter(None, found))


def _branches(line: Line) -> str:
    return "".join(
        f'<i class="branch branch-{number} branch-{branch}" aria-hidden="true"></i>'
        for number, branch in enumerate(line.branches, start=1)
    )


def _place(line: Line) -> str:
    if not line.is_shared:
        return str(line.place or "")
    hint = _("Shared: a test at 5 % does not tell it from the best one at this place")
    return f'<abbr title="{escape(hint)}">{line.place}<span aria-hidden="true">=</span></abbr>'


def _name(row: BoardRow) -> str:
    return f'<a href="{addresses.contender(row.slug)}">{escape(row.name)}</a>'


def _about(row: BoardRow) -> str:
    """Return what a row is, in a few words under its name."""
    text = ""
    if row.is_reported:
        hint = _("From somebody's results file, not measured here; never placed above what was")
        text = f'<abbr class="tag" title="{escape(hint)}">{escape(_("Reported"))}</abbr> '
    if row.is_baseline:
        return f'{text}<span class="tag tag-baseline">{escape(_("Baseline"))}</span>'
    if row.is_adapter:
        rank = f" r{row.rank}" if row.rank else ""
        return f"{text}LoRA{rank} · +{figures.size(row.own_parameters)}"
    return text + escape(row.licence or _("licence unknown"))


def _fold(each: Shown) -> str:
    count, name, is_folded = each.line.layers, each.line.row.name, each.line.is_folded
    if not count:
        return ""
    layers = figures.plural(count, "adapter")
    told = (
        _("Show the %(layers)s of %(name)s") if is_folded else _("Hide the %(layers)s of %(name)s")
    )
    return (
        f'<a class="fold" hx-boost="true" href="{escape(each.fold_address)}"'
        f' aria-expanded="{"false" if is_folded else "true"}"'
        f' aria-label="{escape(told % {"layers": layers, "name": name})}">'
        f"{'▸' if is_folded else '▾'} {escape(layers)}</a>"
    )


def _pin(each: Shown) -> str:
    told = _("Unpin %(name)s") if each.is_pinned else _("Pin %(name)s")
    hint = _("Take it off the top") if each.is_pinned else _("Keep it in sight at the top")
    return (
        f'<a class="pin no-print" hx-boost="true" href="{escape(each.pin_address)}"'
        f' aria-label="{escape(told % {"name": each.line.row.name})}" title="{escape(hint)}">'
        f"{PIN}</a>"
    )


def _progress(row: BoardRow) -> str:
    if row.progress is None:
        return ""
    return render_to_string("board/_progress.html", {"progress": row.progress})
