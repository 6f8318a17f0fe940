"""New first places as an Atom feed."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from evals.models import Suite
from leaderboard.boards import board, first_places
from leaderboard.boards.first_places import FirstPlace
from leaderboard.templatetags.figures import in_unit


class FirstPlaces(Feed):  # type: ignore[type-arg]  # not generic when it runs
    """Who became the best on a benchmark of the default suite, or of `?suite=`."""

    feed_type = Atom1Feed
    subtitle = "A contender became the best so far on one benchmark."

    def get_object(self, request: HttpRequest) -> Suite | None:
        """Return the suite that is followed."""
        return board.suite_named(request.GET.get("suite", ""))

    def title(self, suite: Suite | None) -> str:
        """Return what a reader calls the feed."""
        return f"{settings.SITE_NAME}: first places on {suite.title if suite else 'nothing yet'}"

    def link(self, suite: Suite | None) -> str:  # noqa: ARG002
        """Return the page that the feed is about."""
        return reverse("board")

    def items(self, suite: Suite | None) -> list[FirstPlace]:
        """Return the newest ones."""
        return first_places.newest(suite)

    def item_title(self, item: FirstPlace) -> str:
        """Return what happened."""
        return f"{item.contender.name} is first on {item.benchmark.title}"

    def item_description(self, item: FirstPlace) -> str:
        """Return by how much, with the error."""
        unit = " %" if item.benchmark.is_percent else ""
        said = _written(item, item.value) + unit
        if item.stderr is not None:
            said += f" ± {_written(item, item.stderr)}"
        if item.former is None:
            return f"{said}; the first to be measured."
        return (
            f"{said}; before it {item.former.name} with {_written(item, item.former_value)}{unit}."
        )

    def item_link(self, item: FirstPlace) -> str:
        """Return the page of whoever is first."""
        return reverse("contender-detail", args=[item.contender.slug])

    def item_guid(self, item: FirstPlace) -> str:
        """Return what never changes about it."""
        return f"urn:pound-for-pound:first-place:{item.score_id}"

    item_guid_is_permalink = False

    def item_updateddate(self, item: FirstPlace) -> datetime:
        """Return when it happened."""
        return item.taken_at


def _written(item: FirstPlace, value: float | None) -> str:
    return in_unit(value, item.benchmark.is_percent)
