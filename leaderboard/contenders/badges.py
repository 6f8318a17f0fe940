"""A contender's result as a small picture for a README: plain SVG shapes and one line of text."""

from html import escape

from leaderboard.boards.rows import BoardRow
from leaderboard.templatetags.figures import points, whole

CHARACTER = 6.6  # units of an average letter at this size
PAD = 8.0
INK, BRASS, PAPER = "#14181b", "#855800", "#fdfdfb"


def svg(site_name: str, row: BoardRow, place: int | None) -> str:
    """Return the picture: the site on the left, the average (or the rating) on the right."""
    value = _value(row, place)
    left, right = _width(site_name), _width(value)
    title = escape(f"{site_name}: {row.name}, {value}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" role="img"'
        f' aria-label="{title}"><title>{title}</title>'
        f'<rect width="{left + right:.0f}" height="20" rx="3" fill="{BRASS}"/>'
        f'<path d="M3 0H{left:.1f}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3" fill="{INK}"/>'
        f'<g fill="{PAPER}" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{PAD}" y="14" textLength="{left - 2 * PAD:.1f}">{escape(site_name)}</text>'
        f'<text x="{left + PAD:.1f}" y="14" textLength="{right - 2 * PAD:.1f}">{escape(value)}'
        "</text></g></svg>"
    )


def _value(row: BoardRow, place: int | None) -> str:
    if row.average.value is not None:
        ranked = f"#{place} · " if place else ""
        return f"{ranked}{points(row.average.value)} ± {points(row.average.stderr)}"
    return f"rating {whole(row.rating.value)}" if row.rating else "being measured"


def _width(text: str) -> float:
    return 2 * PAD + CHARACTER * len(text)
