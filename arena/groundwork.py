"""What is too slow for every refresh: widening by voters, Elo from the start, style control.

Made in the background from a prefix of the ledger, and a function of that prefix alone. While the
ledger is short it is made before every refresh, so that a small site has nothing but exact figures.
docs/decisions/0005-counts-and-groundwork.md tells why.
"""

import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from arena import bradley_terry, elo, ledger, rules, style, tally
from arena.ballots import Ballots, Counts
from arena.bradley_terry import Fit
from arena.categories import ALL, CATEGORIES
from arena.ledger import Columns
from arena.matrices import Floats, NotPositive
from arena.models import Groundwork, LedgerEntry, LedgerHead, StyleGround
from arena.rules import Rules
from arena.tally import Tallied

SHORT = 2_000  # entries that are read again at every refresh
GROWTH = 0.01  # a hundredth more entries move a style-controlled rating by 0.01 points too far
AGE = timedelta(minutes=10)
BOARDS = {ALL: 0} | {each.key: each.bit for each in CATEGORIES}


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Groundwork before it is a row."""

    elo: dict[str, float]
    widening: dict[str, dict[str, float]]
    styles: dict[str, tuple[list[int], style.Ground]]


def newest() -> Groundwork | None:
    """Return the one that ratings rest on now."""
    return Groundwork.objects.order_by("-pk").first()


def is_due(*, now: datetime) -> bool:
    """Say whether the newest is behind the ledger by enough to be made again."""
    made, length = newest(), ledger.head().length
    if made is None or not stands(made):
        return length > 0
    behind = length - made.length
    is_much = behind >= GROWTH * length or now - made.made_at >= AGE
    taken_back = LedgerEntry.objects.filter(position__gt=made.length, sign=-1)
    return behind > 0 and (is_much or taken_back.exists())


def refreshed(*, now: datetime) -> Groundwork:
    """Return the newest, made again first if that takes no time worth mentioning."""
    made, length = newest(), ledger.head().length
    if made is not None and stands(made) and (made.length == length or length > SHORT):
        return made
    return renew(now=now)


def renew(*, now: datetime, tick: Callable[[], float] = time.perf_counter) -> Groundwork:
    """Make it from the whole ledger, and let go of the style of older ones."""
    started, length = tick(), ledger.head().length
    columns = ledger.read(upto=length)
    by = rules.current()
    made = compute(columns, by)
    last = LedgerEntry.objects.filter(position=length).values_list("fold", flat=True).first()
    with transaction.atomic():
        LedgerHead.objects.select_for_update().get(pk=1)
        if (
            same := Groundwork.objects.filter(length=length, fold=last or 0, rules=by.as_json())
            .order_by("pk")
            .last()
        ) is not None:
            return same  # somebody else was as quick, and has the same
        row = Groundwork.objects.create(
            length=length,
            fold=last or 0,
            made_at=now,
            seconds=tick() - started,
            elo=made.elo,
            widening=made.widening,
            rules=by.as_json(),
        )
        StyleGround.objects.bulk_create(
            StyleGround(groundwork=row, category=key, contenders=people, arrays=packed(ground))
            for key, (people, ground) in made.styles.items()
        )
        StyleGround.objects.filter(groundwork__lt=row.pk).delete()
    tally.checkpoint()
    return row


def compute(columns: Columns, by: Rules) -> Made:
    """Return the groundwork of these entries."""
    counted = tally.Tally()
    counted.add(columns)
    widening: dict[str, dict[str, float]] = {}
    styles: dict[str, tuple[list[int], style.Ground]] = {}
    for key, bit in BOARDS.items():
        if not (found := counted.of(key)).votes:
            continue
        chosen = columns.within(bit).net()
        ballots = chosen.ballots(found.people)
        people = [int(each) for each in found.people]
        factors = bradley_terry.widening_of(found.counts, ballots, prior=by.prior)
        widening[key] = {str(each): float(by) for each, by in zip(people, factors, strict=True)}
        styles[key] = (people, _style(ballots, chosen.style, found.counts, by))
    return Made(elo=_elo(columns, by), widening=widening, styles=styles)


def rules_of(row: Groundwork | None) -> Rules:
    """Return the rules that snapshots on this groundwork are made by."""
    return Rules(**row.rules) if row else rules.current()


def factors(row: Groundwork | None, category: str, people: list[int]) -> Floats:
    """Return the widening of each contender; 1 where it is not known yet."""
    known: Mapping[str, float] = row.widening.get(category, {}) if row else {}
    return np.array([known.get(str(each), 1.0) for each in people])


def fit(row: Groundwork | None, counted: Tallied, category: str) -> Fit:
    """Fit the counts of a category by the rules and the widening of this groundwork."""
    by, people = rules_of(row), counted.people.tolist()
    return bradley_terry.fit(
        counted.counts,
        prior=by.prior,
        anchor=by.anchor,
        widening=factors(row, category, people),
        fixed=people.index(by.fixed) if by.fixed in people else None,
    )


def elo_after(row: Groundwork | None, columns: Columns) -> dict[int, float]:
    """Return Elo after the entries that came since; what was taken back waits for the next one."""
    known = {int(each): rating for each, rating in (row.elo if row else {}).items()}
    return _replayed(columns.at(columns.sign > 0), known, rules_of(row))


def packed(ground: style.Ground) -> bytes:
    """Return the arrays as one blob."""
    return zlib.compress(
        b"".join(np.ascontiguousarray(getattr(ground, name)).tobytes() for name in _NAMES), 1
    )


def unpacked(row: StyleGround) -> style.Ground:
    """Return the arrays of a blob."""
    flat = np.frombuffer(zlib.decompress(row.arrays), dtype=np.float64)
    size = len(row.contenders)
    total = size + len(ledger.STYLE)
    shapes: list[Any] = [(total,), (total,), (total, total), (total, total), (size,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    parts = [part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)]
    return style.Ground(*parts)


_NAMES = ("at", "slope", "information", "meat", "widening")


def _style(ballots: Ballots, marks: Floats, counts: Counts, by: Rules) -> style.Ground:
    try:
        return style.ground(ballots, marks, counts, prior=by.prior)
    except NotPositive as trouble:
        raise bradley_terry.NoMaximum("The votes do not determine the style.") from trouble


def _elo(columns: Columns, by: Rules) -> dict[str, float]:
    return {str(each): rating for each, rating in _replayed(columns.net(), {}, by).items()}


def _replayed(columns: Columns, known: Mapping[int, float], by: Rules) -> dict[int, float]:
    games = map(elo.Game, columns.a.tolist(), columns.b.tolist(), columns.score.tolist())
    return elo.replay(
        games,
        k=by.elo_k,
        scale=by.elo_scale,
        start=by.elo_start,
        known=known,
    )


def stands(row: Groundwork) -> bool:
    """Say whether the ledger and the rules still are those it was made from."""
    if row.rules != rules.current().as_json():
        return False
    return not row.length or LedgerEntry.objects.filter(position=row.length, fold=row.fold).exists()
