"""A refusal as a program reads it: RFC 9457's problem details, with a code of our own.

Nothing is imported here that needs the settings, so that it can be said before anything is loaded.
"""

from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"


def body(status: int, code: str, sentence: str) -> dict[str, Any]:
    """Return the fields: a stable code for programs, one sentence for people."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": sentence,
    }
