"""The lines of the table beside a chart, written as text: a hundred of them, cell by cell."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leaderboard.boards import addresses
from leaderboard.charting.picture import Line, Picture

register = template.Library()


@register.simple_tag
def chart_lines(picture: Picture) -> SafeString:
    """Write the lines that the page has room for."""
    baseline = escape(_("Baseline"))
    return SafeString("".join(_written(each, baseline) for each in picture.shown_lines))


def _written(line: Line, baseline: str) -> str:
    row = line.row
    who: str = escape(line.name)
    if row is not None:
        who = f'<a href="{addresses.contender(row.slug)}">{escape(row.name)}</a>'
    is_mark = row is not None and row.is_baseline
    kind = ' class="row-baseline"' if is_mark else ""
    tag = f' <span class="tag tag-baseline">{baseline}</span>' if is_mark else ""
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in line.cells)
    return f'<tr{kind}><th scope="row" class="col-name">{who}{tag}</th>{cells}</tr>\n'
