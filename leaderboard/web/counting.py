"""How often something happened within this minute: counted in Valkey, or stricter without it.

Without Valkey every process counts for itself and allows a quarter, so that losing the server
never opens a door. Old minutes are forgotten.
"""

import logging
import operator
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
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


def is_any_over(limits: Mapping[str, int], *, now: datetime) -> bool:
    """Count every key once more, and say whether one is more than its limit allows."""
    window = int(now.timestamp()) // WINDOW_S
    counts = _shared_counts([f"limit:{key}:{window}" for key in limits])
    if counts is not None:
        return any(map(operator.gt, counts, limits.values()))
    own = [_own_count(key, window) for key in limits]
    allowed = (max(1, limit // SHARE_WITHOUT) for limit in limits.values())
    return any(map(operator.gt, own, allowed))


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


def _shared_counts(keys: Sequence[str]) -> list[int] | None:
    global _rests_until  # noqa: PLW0603 - one server, one rest
    if time.monotonic() < _rests_until:
        return None
    try:
        with _store().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.incr(key)
                pipe.expire(key, 2 * WINDOW_S)
            return [int(each) for each in pipe.execute()[::2]]
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
