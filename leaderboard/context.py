"""What every page knows: the site's name and where the reader is."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, str]:
    """Return the names that the page frame shows."""
    return {"site_name": settings.SITE_NAME}
