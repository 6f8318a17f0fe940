"""Ring a doorbell: one thread hands messages to the broker, so that no request waits for it.

Where the broker is away a bell is dropped with a line in the log, and so are those of the next
moment: the poll finds the rows. The thread has a connection of its own that gives up soon.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import redis
from celery import Task
from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from evals import spans
from evals.failpoints import failpoint
from workers.celery import app

logger = logging.getLogger(__name__)

TIMEOUT_S = 2
REST_S = 2.0  # after a bell that could not be rung
WAITING_MAX = 1_000
SOON = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_timeout": TIMEOUT_S,
    "socket_connect_timeout": TIMEOUT_S,
}
_room = threading.BoundedSemaphore(WAITING_MAX)
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")
_rests_until = 0.0
_rung_until: dict[str, float] = {}  # bells of a moment that this process has rung


def ring(task: Task, **arguments: Any) -> None:
    """Say that there is work; never fail, never wait."""
    failpoint("bell-rung")
    carried = spans.carried()
    _hand_over(task.name, lambda: _publish(task, arguments, carried=carried))


def ring_once(task: Task, *, within_s: float) -> None:
    """Say that there is work, once for all rings within a moment, at the end of it."""
    if time.monotonic() < _rung_until.get(task.name, 0.0):
        return  # what was rung here is heard at the end of the moment, and so after this
    pause_ms = max(1, round(within_s * 1000))

    def first_only() -> None:
        began = time.monotonic()
        if _store().set(f"bell:{task.name}", 1, nx=True, px=pause_ms):
            _publish(task, {}, countdown=within_s)
            _rung_until[task.name] = began + within_s

    _hand_over(task.name, first_only)


def wait_until_silent() -> None:
    """Return when every bell rung so far has been heard or dropped."""
    _thread.submit(lambda: None).result()


def forget_broker() -> None:
    """Connect anew at the next bell."""
    global _rests_until  # noqa: PLW0603 - one bell, one rope
    _rests_until = 0.0
    _rung_until.clear()
    _line.cache_clear()
    _store.cache_clear()


def _hand_over(name: str, call: Callable[[], None]) -> None:
    if not _room.acquire(blocking=False):
        logger.warning("%s was not rung, too many bells wait: the poll will find the row", name)
        return
    _thread.submit(_try, name, call).add_done_callback(lambda _: _room.release())


def _try(name: str, call: Callable[[], None]) -> None:
    global _rests_until  # noqa: PLW0603
    if time.monotonic() < _rests_until:
        return
    try:
        call()
    except (OperationalError, redis.RedisError) as error:
        logger.warning("%s was not rung, the poll will find the row: %s", name, error)
        forget_broker()
        _rests_until = time.monotonic() + REST_S


def _publish(
    task: Task,
    arguments: dict[str, Any],
    countdown: float | None = None,
    carried: spans.Carried | None = None,
) -> None:
    task.apply_async(
        kwargs=arguments,
        countdown=countdown,
        retry=False,
        connection=_line(),
        headers=dict(carried or {}),
    )


@cache
def _line() -> Connection:
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **SOON}
    line: Connection = app.connection_for_write(
        settings.CELERY_BROKER_URL, transport_options=options
    )
    return line


@cache
def _store() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, db=1, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
