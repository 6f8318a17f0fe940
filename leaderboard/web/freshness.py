"""Answering 304: a page of the board is named by its data, its address, its reader and our code.

A reader who is signed in, or to whom something is just being told, always gets the page anew.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language

from leaderboard.web import delays
from leaderboard.web.ready_answers import HoldingResponse

WATCHED = ("leaderboard", "templates", "locale", "evals", "arena")


@cache
def release() -> str:
    """Return a word that changes with our code, the same in every process of one release."""
    files = (path for name in WATCHED for path in (settings.BASE_DIR / name).rglob("*.*"))
    newest = max((_changed(path) for path in files if path.suffix != ".pyc"), default=0)
    return f"{newest:x}"


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns


def etag_of(request: HttpRequest, version: str) -> str | None:
    """Return the name of what this reader would be sent, or None where it must be made anew."""
    if request.user.is_authenticated or request.COOKIES.get("messages"):
        return None
    delayed = "delayed" if delays.watch.is_away() else ""  # the page says so
    parts = (version, release(), request.get_full_path(), str(get_language()), delayed)
    return quote_etag(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24])


def unchanged(request: HttpRequest, etag: str | None) -> HttpResponse | None:
    """Return a 304 where the reader has exactly this already."""
    if etag is None:
        return None
    answer = get_conditional_response(request, etag=etag)
    return answer if isinstance(answer, HttpResponseNotModified) else None


def sent(text: str, etag: str | None, *, holds_until: float) -> HttpResponse:
    """Return a named page, so that a browser asks first the next time and strangers share it."""
    answer = HoldingResponse(text)
    if etag is not None:
        answer.headers["ETag"] = etag
        answer.holds_until = holds_until
    patch_cache_control(answer, no_cache=True, private=True)
    return answer
