"""What a visitor is told while the database cannot be used: 503, come back soon, nothing was lost.

A text that no database can hold is the visitor's: 400. Nothing here asks the database, the cache
or a template that might.
"""

import logging

from django.core.exceptions import SuspiciousOperation
from django.db import DataError, InterfaceError, InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from leaderboard.api import errors
from leaderboard.views import pages

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
FULL = ("disk is full", "disk full", "no space left", "could not extend file")
READ_ONLY = ("readonly database", "read-only transaction", "unable to open database file")
BUSY = ("locked", "lock timeout", "statement timeout", "connection pool", "too many clients")


class OutageMiddleware(MiddlewareMixin):
    """Turns a database that cannot be used into an answer that says so."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 for the database's faults; every other exception goes its way."""
        if isinstance(exception, DataError) and "NUL" in str(exception):
            return unreadable(request)
        if not isinstance(exception, OperationalError | InterfaceError | InternalError):
            return None
        code, sentence = explained(str(exception))
        if isinstance(exception, InternalError) and code != "READ_ONLY":
            return None  # a bug of ours, such as a question in a transaction that has failed
        logger.error("%s: %s", code, exception)
        if not connection.in_atomic_block:
            connection.close()  # one that was opened in bad times stays bad when they are over
        return answer(request, code, sentence)


def explained(words: str) -> tuple[str, str]:
    """Return the code and the sentence for what the database said."""
    said = words.lower()
    if any(each in said for each in FULL):
        return "STORAGE_FULL", _(
            "The site's storage is full, so nothing was saved. Try again later."
        )
    if any(each in said for each in READ_ONLY):
        return "READ_ONLY", _("The site can be read but not written to right now. Try again later.")
    if any(each in said for each in BUSY):
        return "DATABASE_BUSY", _("The site is very busy, so nothing was saved. Try it once more.")
    return "DATABASE_AWAY", _("The database cannot be reached. Nothing was saved; try again soon.")


def unreadable(request: HttpRequest) -> HttpResponse:
    """Refuse a character that PostgreSQL cannot keep."""
    sentence = _("There is a NUL character in it: take it out and send it again.")
    if request.path.startswith("/api/"):
        return errors.answer(400, "NUL_CHARACTER", sentence)
    return pages.refused(request, SuspiciousOperation(sentence))


def answer(request: HttpRequest, code: str, sentence: str) -> HttpResponse:
    """Return the refusal as a page, or in the API's one shape."""
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = errors.answer(503, code, sentence)
    else:
        page = get_template("503.html").render({"sentence": sentence})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response
