"""What every page knows: the site's name, the ways through it, and where the reader is."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from leaderboard.web import delays, help_pages


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the navigation."""

    label: str
    address: str
    is_current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the names that the page frame shows."""
    return {
        "site_name": settings.SITE_NAME,
        "source_url": settings.SOURCE_URL,
        "is_live_delayed": delays.watch.is_away(),
        "navigation": _navigation(request.path),
        "help_topic": help_pages.of_page(request.path),
        "account_is_current": request.path.startswith((reverse("me"), "/accounts/")),
    }


def _navigation(path: str) -> list[Entry]:
    board, charts = reverse("board"), reverse("chart-list")
    arena, submissions = reverse("arena"), reverse("submission-list")
    ratings = reverse("rating-list")
    return [
        Entry(
            pgettext("navigation", "Board"), board, path == board or path.startswith("/contenders/")
        ),
        Entry(pgettext("navigation", "Ratings"), ratings, path.startswith(ratings)),
        Entry(pgettext("navigation", "Charts"), charts, path.startswith(charts)),
        Entry(pgettext("navigation", "Arena"), arena, path.startswith(arena)),
        Entry(
            pgettext("navigation", "Submit"),
            reverse("submission-new"),
            path.startswith(submissions),
        ),
    ]
