"""What a site on the open internet may not be started with, each with a sentence that helps.

Pure checks over values: settings call them once, and a wrong one stops the start. Nothing here
reads the environment. Beside them stands what pages may load.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH = 50
KEY_VARIETY = 12  # different characters
KNOWN_KEYS = ("django-insecure", "changeme", "change-me", "secret", "50 random characters", "xxxx")


def content_security_policy(*, forms: Sequence[str]) -> dict[str, Any]:
    """Return what pages may load and where forms may lead; no inline script, no other host."""
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:", "blob:"],
            "font-src": [SELF],
            "connect-src": [SELF],
            "form-action": [SELF, *forms],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
            "manifest-src": [SELF],
            "report-uri": ["/policy-reports/"],
        },
        "EXCLUDE_URL_PREFIXES": ["/admin/"],
    }


def refuse_weak(
    *,
    secret_keys: Sequence[str],
    debug: bool,
    hosts: Sequence[str],
    origins: Sequence[str],
    database: Mapping[str, object],
    failpoints: str = "",
) -> None:
    """Raise ImproperlyConfigured that names everything to mend, not only the first."""
    found = [
        *_keys(secret_keys),
        *_hosts(hosts),
        *_origins(origins),
        *_database(database),
    ]
    if failpoints:
        found.append("Unset FAILPOINTS: it breaks this process on purpose, for tests.")
    if debug:
        found.append("Turn DEBUG off: its pages show settings and source to every visitor.")
    if found:
        raise ImproperlyConfigured(" ".join(["EMBEDDED is off, and settings are weak.", *found]))


def _keys(keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if any(known in key.lower() for known in KNOWN_KEYS):
            yield "SECRET_KEY is one that everybody knows: make a new one."
        elif len(key) < KEY_LENGTH or len(set(key)) < KEY_VARIETY:
            yield f"SECRET_KEY is too simple: set {KEY_LENGTH} random characters."


def _hosts(hosts: Sequence[str]) -> Iterator[str]:
    if not hosts:
        yield "Set ALLOWED_HOSTS to the names that the site answers to."
    if any(host.strip() in ("*", ".") for host in hosts):
        yield "ALLOWED_HOSTS may not be a wildcard: name the site's own hosts."


def _origins(origins: Sequence[str]) -> Iterator[str]:
    for origin in origins:
        if not origin.startswith("https://") or "*" in origin:
            yield f"CSRF_TRUSTED_ORIGINS: {origin} is not one https:// origin."


def _database(database: Mapping[str, object]) -> Iterator[str]:
    if database.get("PASSWORD") in ("postgres", "password", "site", "changeme"):
        yield "The password in DATABASE_URL is one that everybody tries first."
