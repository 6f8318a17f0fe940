"""The address of a contender, which a large page writes hundreds of times."""

from functools import cache

from django.urls import reverse

SLUG = "SLUG"


def contender(slug: str) -> str:
    """Return where a contender's page is."""
    return _contender().replace(SLUG, slug)


@cache
def _contender() -> str:
    return reverse("contender-detail", args=[SLUG])
