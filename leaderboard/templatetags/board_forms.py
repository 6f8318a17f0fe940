"""One filter of the board as a labelled list; nothing where there is nothing to choose."""

from typing import Any

from django import template

from leaderboard.narrowed import Narrowed

register = template.Library()


@register.inclusion_tag("board/_choice.html")
def choice(page: Narrowed, name: str, label: str, nothing: str) -> dict[str, Any]:
    """Draw the choices of one filter, the present one selected."""
    return {
        "name": name,
        "label": label,
        "nothing": nothing,
        "options": page.options[name],
        "chosen": page.view.filters.pairs().get(name, ""),
    }
