"""How often something happened within this minute: counted in Valkey, or stricter without it.

Without Valkey every process counts for itself and allows a quarter, so that losing the server
never opens a door. Old minutes are forgotten.
"""

import logging
import threading
import time
from collections import Counter
from datetime import datetime
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

WINDOW_S = 60
TIMEOUT_S = 0.5
REST_S = 5.0  # after a failure Valkey is not asked again for so long
SHARE_WITHOUT = 4  # two processes, each half as generous: together half of what Valkey allows
_lock = threading.Lock()
_own: Counter[str] = Counter()
_own_window = 0
_rests_until = 0.0


def is_over(key: str, *, limit: int, now: datetime) -> bool:
    """Count once more, and say whether that is more than the limit allows."""
    window = int(now.timestamp()) // WINDOW_S
    count = _shared_count(f"limit:{key}:{window}")
    if count is not None:
        return count > limit
    return _own_count(key, window) > max(1, limit // SHARE_WITHOUT)


def seconds_left(*, now: datetime) -> int:
    """Return when the present minute ends."""
    return WINDOW_S - int(now.timestamp()) % WINDOW_S


def is_first(key: str, *, kept_s: int) -> bool:
    """Say whether this key was never seen before; True, too, where nobody can tell."""
    try:
        return bool(_store().set(f"once:{key}", 1, nx=True, ex=kept_s))
    except redis.RedisError as error:
        logger.warning("Nobody can tell whether a key was used before: %s", error)
        return True


def forget() -> None:
    """Connect anew, and count from nothing."""
    global _rests_until  # noqa: PLW0603
    _rests_until = 0.0
    _made.cache_clear()
    with _lock:
        _own.clear()


def _shared_count(key: str) -> int | None:
    global _rests_until  # noqa: PLW0603 - one server, one rest
    if time.monotonic() < _rests_until:
        return None
    try:
        with _store().pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, 2 * WINDOW_S)
            return int(pipe.execute()[0])
    except redis.RedisError as error:
        logger.warning("Limits are counted in this process, and stricter: %s", error)
        _rests_until = time.monotonic() + REST_S
        return None


def _own_count(key: str, window: int) -> int:
    global _own_window  # noqa: PLW0603
    with _lock:
        if window != _own_window:
            _own.clear()
            _own_window = window
        _own[key] += 1
        return _own[key]


def _store() -> redis.Redis:
    with _lock:  # two threads that come first together must not make two: one would be closed
        return _made()


@cache
def _made() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, db=1, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
