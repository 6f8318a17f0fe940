"""An interval drawn as wide as a column: the line, its ends, the value, and where the mean stands.

It repeats numbers that stand beside it as text, so it is not read aloud.
"""

from django import template
from django.utils.safestring import SafeString

from leaderboard.ratings.rating_board import Line

register = template.Library()

WIDTH, HEIGHT, PAD = 240.0, 16, 6.0


@register.simple_tag
def wide_interval(line: Line, scale: tuple[float, float], anchor: float) -> SafeString:
    """Draw a rating with its 95 % interval on a scale shared by the whole table."""
    each, middle = line.standing, HEIGHT // 2
    low, high, value, mean = (
        _place(at, scale) for at in (each.lower, each.upper, each.value, anchor)
    )
    kind = " interval-provisional" if line.is_provisional else ""
    return SafeString(
        f'<svg class="interval wide-interval{kind}" viewBox="0 0 {WIDTH:.0f} {HEIGHT}"'
        f' preserveAspectRatio="xMaxYMid" aria-hidden="true" focusable="false">'
        f'<path class="interval-anchor" d="M{mean} 0v{HEIGHT}"/>'
        f'<path class="interval-line" d="M{low} {middle}H{high}'
        f'M{low} {middle - 3}v6M{high} {middle - 3}v6"/>'
        f'<circle class="interval-value" cx="{value}" cy="{middle}" r="3.2"/></svg>'
    )


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    share = (value - low) / (high - low) if high > low else 0.5
    return round(PAD + max(0.0, min(1.0, share)) * (WIDTH - 2 * PAD), 1)
