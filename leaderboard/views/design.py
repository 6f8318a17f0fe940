"""The design system, shown with its own parts: what a page is made of and what each part means."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from leaderboard.boards.rows import Gain, RatingCell


@dataclass(frozen=True, slots=True)
class Token:
    """One name of the design with its use."""

    name: str
    english: str = ""

    @property
    def use(self) -> str:
        """Return what it is for, in the reader's language."""
        return _(self.english) if self.english else ""


COLOURS = (
    Token("canvas", gettext_noop("the page")),
    Token("card", gettext_noop("tables, cards, fields")),
    Token("sunk", gettext_noop("baselines, tracks of bars")),
    Token("ink", gettext_noop("text, rules, the primary button")),
    Token("ink-2", gettext_noop("second text")),
    Token("ink-3", gettext_noop("hints, errors of numbers")),
    Token("line", gettext_noop("rules between rows")),
    Token("control", gettext_noop("borders of what can be used")),
    Token("brass-fill", gettext_noop("whoever leads; the one that is chosen")),
    Token("gain-fill", gettext_noop("surely better")),
    Token("harm-fill", gettext_noop("surely worse")),
    Token("wrong", gettext_noop("failures and refusals")),
    Token("red", gettext_noop("corner A, baselines in charts")),
    Token("blue", gettext_noop("corner B, adapters in charts")),
    Token("focus", gettext_noop("where the keyboard is")),
)
SIZES = (
    Token("size-3xl", gettext_noop("the one name of a page")),
    Token("size-2xl", gettext_noop("headings of pages")),
    Token("size-xl", gettext_noop("headings of sections")),
    Token("size-l", gettext_noop("ledes")),
    Token("size-m", gettext_noop("text")),
    Token("size-s", gettext_noop("tables and hints")),
    Token("size-xs", gettext_noop("tags")),
)
SPACES = tuple(Token(f"s{step}") for step in range(1, 8))
GAINS = (Gain(4.2, 1.0, True), Gain(-3.1, 0.8, False), Gain(0.4, 1.2, True))
RATING = RatingCell(1042.0, 1001.0, 1083.0, 1038.0, 214, 120.0, 2, is_provisional=False)
SHOWN_ONCE = gettext_noop("A toast says what was just done, in one sentence.")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every token and every component."""
    if "toast" in request.GET:
        messages.success(request, _(SHOWN_ONCE))
    context = {
        "colours": COLOURS,
        "sizes": SIZES,
        "spaces": SPACES,
        "gains": GAINS,
        "rating": RATING,
        "scale": (900.0, 1150.0),
    }
    return render(request, "pages/design.html", context)
