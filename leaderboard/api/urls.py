"""The addresses under /api/v1/; whatever is not one of them is refused as JSON, too.

Every answer to a GET has an ETag, so that who asks again is told 304 where nothing changed.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page
from django.views.generic import RedirectView

from leaderboard.api.errors import answer
from leaderboard.api.root import api
from leaderboard.views import streams


@csrf_exempt
def nothing_here(_request: HttpRequest) -> HttpResponse:
    """Refuse an address that is not the API's."""
    return answer(404, "NOT_FOUND", "There is nothing at this address; see /api/v1/docs.")


def refusing_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Have a method that an address does not know refused in the API's one shape."""

    @wraps(view)
    def shaped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refusal = answer(405, "METHOD_NOT_ALLOWED", "This address does not know that method.")
        refusal["Allow"] = response["Allow"]
        return refusal

    return shaped


endpoints, ninjas_name, namespace = api.urls
for endpoint in endpoints:
    if isinstance(endpoint, URLPattern) and hasattr(endpoint.callback, "csrf_exempt"):
        endpoint.callback = conditional_page(refusing_methods(endpoint.callback))

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:openapi-view")),
    path("battles/<uuid:battle_id>/stream", streams.stream, name="battle-stream-api"),
    path("", include((endpoints, ninjas_name), namespace=namespace)),
    re_path("", nothing_here),
]
