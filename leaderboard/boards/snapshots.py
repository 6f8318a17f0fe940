"""The board as it was read once, kept in this process until what it is made of changes.

Asking costs nothing for BOARD_CHECK_S seconds; then one look at the newest rows decides whether
the kept board still holds. A large board that changed is read again by a thread of its own while
readers see the former one, at most a fifth of the time. BOARD_CHECK_S=0 keeps nothing.
"""

import gc
import hashlib
import logging
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connections
from django.db.models import Count, Max, Q, Sum
from django.utils import translation

from arena.models import RatingSnapshot
from evals.models import Checkpoint, Contender, EvalRun, Score, Suite
from leaderboard.boards import arrangement, board
from leaderboard.boards.board import Board

logger = logging.getLogger(__name__)
PATIENCE_S = 0.5  # a board that is read faster than this is read while its reader waits
SHARE = 5  # a slow one is read again after so many times its own seconds
AGE_S = 60.0  # totals that change nothing else are at most this old
LARGE_ROWS = 2_000


@dataclass(frozen=True)
class Snapshot:
    """One board with the version of the data that it was read from."""

    board: Board
    version: str
    read_at: float  # monotonic seconds
    seconds: float  # how long it took to read

    def is_due(self, version: str, now: float) -> bool:
        """Say whether the board should be read again."""
        age = now - self.read_at
        return version != self.version or age > max(AGE_S, 10 * SHARE * self.seconds)


class Shelf:
    """The snapshots of this process, one a suite."""

    def __init__(self) -> None:
        self._kept: dict[int, Snapshot] = {}
        self._checked: dict[str, tuple[float, int]] = {}  # by name: when, and which suite
        self._locks: dict[int, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str) -> Snapshot:
        """Return a board that is at most about BOARD_CHECK_S old."""
        if settings.BOARD_CHECK_S <= 0:
            return _read(board.suite_named(key))
        checked_at, pk = self._checked.get(key, (0.0, 0))
        if pk in self._kept and time.monotonic() - checked_at < settings.BOARD_CHECK_S:
            return self._kept[pk]
        suite = board.suite_named(key)
        pk = suite.pk if suite else 0
        snapshot = self._fresh(suite, pk)
        if len(self._checked) > 100:  # names that mean nothing are not remembered for ever
            self._checked.clear()
        self._checked[key] = (time.monotonic(), pk)
        return snapshot

    def holds_until(self, key: str) -> float:
        """Return the monotonic moment at which the next look is due."""
        checked_at, _pk = self._checked.get(key, (0.0, 0))
        return checked_at + settings.BOARD_CHECK_S if settings.BOARD_CHECK_S > 0 else 0.0

    def _fresh(self, suite: Suite | None, pk: int) -> Snapshot:
        kept, version = self._kept.get(pk), version_of(suite)
        if kept and not kept.is_due(version, time.monotonic()):
            return kept
        with self._guard:
            lock = self._locks.setdefault(pk, threading.Lock())
        if kept and kept.seconds > PATIENCE_S:
            self._read_aside(suite, pk, lock, kept)
            return kept
        with lock:
            now = self._kept.get(pk)
            if now is None or now is kept:
                now = self._kept[pk] = _read(suite)
            return now

    def _read_aside(
        self, suite: Suite | None, pk: int, lock: threading.Lock, kept: Snapshot
    ) -> None:
        """Read a slow board in a thread, unless one does already or it was just done."""
        is_early = time.monotonic() - kept.read_at < SHARE * kept.seconds
        if is_early or not lock.acquire(blocking=False):
            return
        threading.Thread(target=self._replace, args=(suite, pk, lock), daemon=True).start()

    def _replace(self, suite: Suite | None, pk: int, lock: threading.Lock) -> None:
        try:
            self._kept[pk] = _read(suite)
        except Exception:
            logger.exception("The board could not be read again; the former one stays.")
        finally:
            lock.release()
            connections.close_all()


_shelf = Shelf()


def current(key: str = "") -> Snapshot:
    """Return the board of the suite of that name, or of the default one."""
    return _shelf.get(key)


def holds_until(key: str = "") -> float:
    """Return until when what `current` gave for that name may be shown without asking again."""
    return _shelf.holds_until(key)


def version_of(suite: Suite | None) -> str:
    """Return a word that changes whenever the board may have: the newest of everything in it.

    Rows that people change by hand leave an entry in the admin's log.
    """
    runs = EvalRun.objects.filter(suite=suite)
    moving = Checkpoint.objects.filter(run__suite=suite, run__state__in=EvalRun.UNFINISHED)
    facts = (
        suite and (suite.pk, suite.version, suite.title),
        Suite.objects.aggregate(Max("pk"), current=Count("pk", filter=Q(is_current=True))),
        Contender.objects.aggregate(Max("pk"), listed=Count("pk", filter=Q(is_listed=True))),
        runs.aggregate(
            Max("pk"), Max("queued_at"), Max("started_at"), Max("finished_at"), Sum("attempt")
        ),
        runs.unfinished().aggregate(Count("pk"), Max("stage")),
        moving.aggregate(Sum("requests_done")),
        Score.objects.aggregate(Max("pk")),
        RatingSnapshot.objects.aggregate(Max("pk")),
        LogEntry.objects.aggregate(Max("pk")),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _read(suite: Suite | None) -> Snapshot:
    version = version_of(suite)  # before the rows: a change meanwhile is seen at the next look
    started = time.monotonic()
    with translation.override(settings.LANGUAGE_CODE):  # kept for readers of every language
        read = board.read(suite=suite)
    if len(read.rows) > LARGE_ROWS:
        arrangement.prepare(read)
    ended = time.monotonic()
    if len(read.rows) > LARGE_ROWS:
        gc.collect()
        gc.freeze()  # a million lasting objects: the collector need not walk them while pages wait
    return Snapshot(read, version, read_at=ended, seconds=ended - started)
