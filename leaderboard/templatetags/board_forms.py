"""One filter of the board as a labelled list; nothing where there is nothing to choose.

Written as text: a board of many families has hundreds of base models to choose from.
"""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from leaderboard.boards.filters import Option
from leaderboard.boards.narrowed import Narrowed

register = template.Library()


@register.simple_tag
def choice(page: Narrowed, name: str, label: str, nothing: str) -> SafeString:
    """Draw the choices of one filter, the present one selected."""
    options, chosen = page.options[name], page.view.filters.pairs().get(name, "")
    if not options:
        return SafeString()
    if chosen and chosen not in dict(options):
        options = [*options, (chosen, chosen)]
    written = "".join(_option(each, chosen) for each in options)
    return SafeString(
        f'<div class="field"><label for="filter-{name}">{escape(label)}</label>'
        f'<select id="filter-{name}" name="{name}"><option value="">{escape(nothing)}</option>'
        f"{written}</select></div>"
    )


def _option(option: Option, chosen: str) -> str:
    value, text = option
    mark = " selected" if value == chosen else ""
    return f'<option value="{escape(value)}"{mark}>{escape(text)}</option>'
