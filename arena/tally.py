"""The counts of every pair and category, kept as one array by each process that asks.

Reading a million rows is what costs, not the arithmetic: so a process starts from the newest
checkpoint, adds the entries of the ledger that came since, and keeps the result. What it has kept
is trusted only while its last entry still stands in the ledger.
"""

import threading
import zlib
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from arena import ledger
from arena.ballots import Counts, Whole
from arena.categories import ALL, CATEGORIES
from arena.ledger import Columns
from arena.matrices import Floats
from arena.models import LedgerEntry, LedgerHead, TallyCheckpoint

WINS, TIES, BOTH_BAD = 0, 1, 2
BITS = (0, *(each.bit for each in CATEGORIES))  # 0: all of them
PLACES = {ALL: 0} | {each.key: place for place, each in enumerate(CATEGORIES, start=1)}
CHECKPOINT_EVERY = 20_000  # entries; so many are read in a tenth of a second
CHECKPOINTS_KEPT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Tallied:
    """The counts of one category at one length of the ledger; contenders by primary key, sorted."""

    length: int
    people: Whole
    wins: Floats
    ties: Floats
    both_bad: Floats

    @property
    def counts(self) -> Counts:
        """Return them as the policy weighs them: ties and both-bad are half a win each."""
        return Counts(self.wins, self.ties + self.both_bad)

    @property
    def votes(self) -> int:
        """Return how many votes are in it."""
        return round(float(self.counts.games.sum()) / 2)


@dataclass(slots=True, eq=False)
class Tally:
    """Counts that grow; the same entries in any portions give the same counts."""

    length: int = 0
    fold: int = 0
    people: list[int] = field(default_factory=list)
    cells: NDArray[np.int32] = field(
        default_factory=lambda: np.zeros((len(BITS), 3, 0, 0), dtype=np.int32)
    )

    def add(self, columns: Columns) -> None:
        """Count entries."""
        self._make_room(columns)
        order = np.argsort(self.people)
        known = np.array(self.people, dtype=np.int64)[order]
        a, b = (order[np.searchsorted(known, side)] for side in (columns.a, columns.b))
        first, second = np.where(columns.code == 1, b, a), np.where(columns.code == 1, a, b)
        kind = np.array([WINS, WINS, TIES, BOTH_BAD])[columns.code]
        for place, bit in enumerate(BITS):
            chosen = (columns.categories & bit) > 0 if bit else slice(None)
            at = kind[chosen], first[chosen], second[chosen]
            np.add.at(self.cells[place], at, columns.sign[chosen].astype(np.int32))

    def of(self, category: str = ALL) -> Tallied:
        """Return what is counted in one category, without those nobody judged in it."""
        cells = self.cells[PLACES[category]].astype(np.float64)
        wins, ties, bad = cells[WINS], cells[TIES], cells[BOTH_BAD]
        ties, bad = ties + ties.T, bad + bad.T
        games = (wins + ties + bad).sum(axis=1) + wins.sum(axis=0)
        people = np.array(self.people, dtype=np.int64)
        kept = np.flatnonzero(games)
        kept = kept[np.argsort(people[kept])]
        square = np.ix_(kept, kept)
        return Tallied(self.length, people[kept], wins[square], ties[square], bad[square])

    def _make_room(self, columns: Columns) -> None:
        new = sorted(set(columns.people().tolist()) - set(self.people))
        self.people += new
        grown = (0, len(new))
        self.cells = np.pad(self.cells, ((0, 0), (0, 0), grown, grown))


_lock = threading.Lock()
_kept: dict[UUID, Tally] = {}  # by the key of the ledger's head; one at most


def read(category: str = ALL) -> Tallied:
    """Return the counts of one category up to the end of the ledger."""
    return several(category)[category]


def several(*wanted: str) -> dict[str, Tallied]:
    """Return the counts of several categories at one moment of the ledger."""
    with _lock:
        tally = _current()
        return {each: tally.of(each) for each in wanted}


def checkpoint() -> TallyCheckpoint | None:
    """Keep the counts for processes to start from; None while the newest is young enough."""
    newest = TallyCheckpoint.objects.order_by("-length").first()
    with _lock:
        tally = _current()
        if tally.length < (newest.length if newest else 0) + CHECKPOINT_EVERY:
            return None
        made, _ = TallyCheckpoint.objects.update_or_create(
            length=tally.length,
            defaults={
                "fold": tally.fold,
                "contenders": tally.people,
                "cells": zlib.compress(tally.cells.tobytes(), 1),
            },
        )
    kept = TallyCheckpoint.objects.order_by("-length").values("pk")[:CHECKPOINTS_KEPT]
    TallyCheckpoint.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return made


def _current() -> Tally:
    """Return the kept counts, brought to the end of the ledger."""
    head = LedgerHead.objects.filter(pk=1).first()
    if head is None:
        return Tally()
    tally = _kept.get(head.key)
    if tally is None or not _still_stands(tally.length, tally.fold):
        _kept.clear()
        tally = _kept[head.key] = _from_checkpoint()
    if tally.length < head.length:
        tally.add(ledger.read(after=tally.length, upto=head.length))
        last = LedgerEntry.objects.filter(position=head.length).values_list("fold", flat=True)
        tally.length, tally.fold = head.length, last[0]
    return tally


def _from_checkpoint() -> Tally:
    for kept in TallyCheckpoint.objects.order_by("-length"):
        cells = np.frombuffer(zlib.decompress(kept.cells), dtype=np.int32)
        size = len(kept.contenders)
        is_ours = cells.size == len(BITS) * 3 * size * size  # a new category needs a new count
        if is_ours and _still_stands(kept.length, kept.fold):
            cells = cells.reshape(len(BITS), 3, size, size).copy()
            return Tally(kept.length, kept.fold, list(kept.contenders), cells)
    return Tally()


def _still_stands(length: int, fold: int) -> bool:
    return not length or LedgerEntry.objects.filter(position=length, fold=fold).exists()
