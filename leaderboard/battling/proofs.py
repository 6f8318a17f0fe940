"""A moment of arithmetic before the first chat, so that a thousand sessions cost something.

Hosted here, stored nowhere: a challenge is signed and says its own time. The page that asks for
it keeps what was sent and sends it again by itself. Whoever cannot calculate is told what to do;
whoever has an account is not asked. A store that cannot tell whether a proof was used before
counts for the visitor.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leaderboard.api import errors
from leaderboard.web import counting

SALT = "leaderboard.battling.proofs"
CHALLENGE_AGE_S = 600
PROOF_HOLDS = timedelta(days=1)
SESSION_NAME = "proved_at"
CODE = "PROOF_NEEDED"
FIELD, HEADER = "proof", "X-Proof"


def demanded(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """Return the page that asks for a proof, or None where none is needed or one was given."""
    if not settings.PROOF_OF_WORK_BITS or request.user.is_authenticated:
        return None
    is_api = request.path.startswith("/api/")
    given = request.headers.get(HEADER, "") if is_api else request.POST.get(FIELD, "")
    if given and is_valid(given):
        if not is_api:
            request.session[SESSION_NAME] = now.timestamp()
        return None
    if not is_api and _has_proved(request, now):
        return None
    return _asked(request, is_api=is_api)


def challenge() -> str:
    """Return a new challenge, good for ten minutes."""
    bits = settings.PROOF_OF_WORK_BITS
    return signing.dumps([secrets.token_urlsafe(9), bits], salt=SALT)


def is_valid(proof: str) -> bool:
    """Say whether a proof, `challenge.nonce` with a hash of enough zero bits, solves its own."""
    told, _, nonce = proof.rpartition(".")
    try:
        _, bits = signing.loads(told, salt=SALT, max_age=CHALLENGE_AGE_S)
    except (signing.BadSignature, ValueError):
        return False
    work = hashlib.sha256(proof.encode()).digest()
    if len(nonce) > 20 or int.from_bytes(work, "big") >> (256 - bits):
        return False
    return counting.is_first(hashlib.sha256(told.encode()).hexdigest(), kept_s=CHALLENGE_AGE_S)


def _has_proved(request: HttpRequest, now: datetime) -> bool:
    proved_at = request.session.get(SESSION_NAME)
    return isinstance(proved_at, float) and now.timestamp() < (
        proved_at + PROOF_HOLDS.total_seconds()
    )


def _asked(request: HttpRequest, *, is_api: bool) -> HttpResponse:
    asked = challenge()
    if is_api:
        sentence = (
            f"Send {HEADER}: the challenge in X-Challenge, a dot and a nonce such that the SHA-256 "
            f"of that line begins with {settings.PROOF_OF_WORK_BITS} zero bits."
        )
        response = errors.answer(403, CODE, sentence)
        response["X-Challenge"] = asked
        return response
    kept = [(name, value) for name, values in request.POST.lists() for value in values]
    context = {
        "challenge": asked,
        "bits": settings.PROOF_OF_WORK_BITS,
        "kept": [each for each in kept if each[0] not in (FIELD, "csrfmiddlewaretoken")],
    }
    response = render(request, "arena/proof.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response
