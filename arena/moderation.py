"""A moderation endpoint, asked about a prompt before anything is generated. Optional.

MODERATION_URL names any server that speaks OpenAI's moderation API; its envelope ends here. One
that does not answer in time is left alone for a moment, and MODERATION_FAILS says whether prompts
pass meanwhile or wait.
"""

import json
import logging
import time
from functools import cache
from typing import Any

import httpx
from django.conf import settings

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 64 * 1024
REST_S = 5.0
_rests_until = 0.0


class Unanswered(Exception):
    """The endpoint is away, slow, or says what nobody understands."""


def objections(text: str) -> list[str]:
    """Return the categories that the endpoint objects to; none means that it does not.

    Raises Unanswered where nobody can tell.
    """
    global _rests_until  # noqa: PLW0603 - one endpoint, one rest
    if not settings.MODERATION_URL:
        return []
    if time.monotonic() < _rests_until:
        raise Unanswered("The moderation endpoint failed a moment ago.")
    try:
        return _understood(_ask(text))
    except Unanswered as error:
        _rests_until = time.monotonic() + REST_S
        logger.warning("A prompt was not checked: %s", error)
        raise


def forget() -> None:
    """Ask again at once, whatever happened before."""
    global _rests_until  # noqa: PLW0603
    _rests_until = 0.0


def _ask(text: str) -> bytes:
    """Return the body of the answer; bounded in time and in size."""
    question = {"input": text}
    if settings.MODERATION_MODEL:
        question["model"] = settings.MODERATION_MODEL
    key = settings.MODERATION_KEY
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout_s, body = settings.MODERATION_TIMEOUT_S, bytearray()
    deadline = time.monotonic() + timeout_s
    url = f"{settings.MODERATION_URL.rstrip('/')}/moderations"
    try:
        with _client().stream(
            "POST", url, json=question, headers=headers, timeout=timeout_s
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise Unanswered(f"HTTP {response.status_code} from the moderation endpoint.")
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    raise Unanswered("The moderation endpoint's answer does not end.")
    except httpx.HTTPError as error:
        raise Unanswered(f"The moderation endpoint: {error!r}") from error
    return bytes(body)


def _understood(body: bytes) -> list[str]:
    """Return what the answer objects to, by category; "flagged" where it names none."""
    try:
        results: Any = json.loads(body)["results"]
        flagged = [result for result in results if result["flagged"] is not False]
        if not results or not all(result["flagged"] is True for result in flagged):
            raise Unanswered("The moderation endpoint neither flags nor passes.")
        named = {
            str(name)
            for result in flagged
            for name, is_so in (result.get("categories") or {}).items()
            if is_so is True
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Unanswered("The moderation endpoint's answer is not the API's.") from error
    return sorted(named) or ["flagged"] if flagged else []


@cache
def _client() -> httpx.Client:
    """Return one client for the process: connections are kept, redirects are not followed."""
    return httpx.Client(follow_redirects=False, trust_env=False)
