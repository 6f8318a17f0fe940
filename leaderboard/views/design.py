"""The design system, shown with its own parts: what a page is made of and what each part means."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leaderboard.rows import Gain, RatingCell


@dataclass(frozen=True, slots=True)
class Token:
    """One name of the design with its use."""

    name: str
    use: str


COLOURS = (
    Token("canvas", "the page"),
    Token("card", "tables, cards, fields"),
    Token("sunk", "baselines, tracks of bars"),
    Token("ink", "text, rules, the primary button"),
    Token("ink-2", "second text"),
    Token("ink-3", "hints, errors of numbers"),
    Token("line", "rules between rows"),
    Token("control", "borders of what can be used"),
    Token("brass-fill", "whoever leads; the one that is chosen"),
    Token("gain-fill", "surely better"),
    Token("harm-fill", "surely worse"),
    Token("wrong", "failures and refusals"),
    Token("red", "corner A, baselines in charts"),
    Token("blue", "corner B, adapters in charts"),
    Token("focus", "where the keyboard is"),
)
SIZES = (
    Token("size-3xl", "the one name of a page"),
    Token("size-2xl", "headings of pages"),
    Token("size-xl", "headings of sections"),
    Token("size-l", "ledes"),
    Token("size-m", "text"),
    Token("size-s", "tables and hints"),
    Token("size-xs", "tags"),
)
SPACES = tuple(Token(f"s{step}", "") for step in range(1, 8))
GAINS = (Gain(4.2, 1.0, True), Gain(-3.1, 0.8, False), Gain(0.4, 1.2, True))
RATING = RatingCell(1042.0, 1001.0, 1083.0, 1038.0, 214, 120.0, 2, is_provisional=False)
SHOWN_ONCE = "A toast says what was just done, in one sentence."


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every token and every component."""
    if "toast" in request.GET:
        messages.success(request, SHOWN_ONCE)
    context = {
        "colours": COLOURS,
        "sizes": SIZES,
        "spaces": SPACES,
        "gains": GAINS,
        "rating": RATING,
        "scale": (900.0, 1150.0),
    }
    return render(request, "pages/design.html", context)
