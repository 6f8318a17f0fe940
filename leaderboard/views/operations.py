"""For those who keep the site running: is it alive, can it do its work, what are its numbers."""

import ipaddress
import json
import logging
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from leaderboard.operations import health, metrics
from leaderboard.operations.health import Health

logger = logging.getLogger(__name__)

REPORT_BYTES_MAX = 10_000


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whether this process lives and can read; name what is degraded."""
    found = health.ALIVE.read()
    return _told(found, is_well=found.works)


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whether everything works: a row was written, the broker answers, a token came back."""
    found = health.READY.read()
    return _told(found, is_well=found.status == "ok")


@never_cache
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its metrics, if it is Prometheus that asks."""
    if not _may_read_numbers(request):
        return HttpResponseForbidden("Ask from this machine, or with METRICS_TOKEN as bearer.\n")
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


@csrf_exempt  # browsers send these by themselves; they change nothing
@require_POST
def take_policy_report(request: HttpRequest) -> HttpResponse:
    """Write into the log what a browser refused to load or run; the limits count it as a write."""
    if len(request.body) <= REPORT_BYTES_MAX:
        with suppress(ValueError, TypeError, LookupError, AttributeError):  # it is no report
            told = json.loads(request.body)["csp-report"]
            wanted = ("violated-directive", "blocked-uri", "source-file", "line-number")
            said = " ".join(str(told.get(name, ""))[:200] for name in wanted)
            logger.warning("A browser kept to the content security policy: %s", said)
    return HttpResponse(status=204)


def _told(found: Health, *, is_well: bool) -> JsonResponse:
    parts = {part.name: {"holds": part.holds, "detail": part.sentence} for part in found.parts}
    return JsonResponse({"status": found.status, "parts": parts}, status=200 if is_well else 503)


def _may_read_numbers(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # somebody else's request, handed on by a proxy of this machine
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
