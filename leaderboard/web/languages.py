"""Which language a reader is answered in: the one they chose, else their browser's, else English.

What programs read is English everywhere, so that a file, a feed or an error of the API says the
same to everybody and caches need not tell readers apart.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

FOR_PEOPLE = "/api/v1/docs"
FOR_PROGRAMS = ("/api/", "/metrics", "/healthz", "/readyz")

# Without a token of the form: pages stay the same for all readers and set no cookie, and whoever
# changes another's language gains nothing by it.
choose = csrf_exempt(set_language)


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice of a language for pages; English for all else."""

    def process_request(self, request: HttpRequest) -> None:
        """Answer this request in the language of its reader."""
        if not is_for_programs(request.path):
            super().process_request(request)
            return
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Tell caches what the page depends on."""
        if is_for_programs(request.path):
            return response
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)


def is_for_programs(path: str) -> bool:
    """Say whether an address is read by programs: the API, measurements, or a file."""
    if path.startswith(FOR_PEOPLE):
        return False
    return path.startswith(FOR_PROGRAMS) or "." in path.rpartition("/")[2]
