"""Ratings of one category, plain or with style controlled, computed when somebody asks.

A fit of kept counts takes milliseconds, so nothing is stored: a board is a function of the ledger
and the newest groundwork, as the published ratings are. Who is shown can be narrowed to some
contenders; their strengths still come from all votes, their places are among themselves.
"""

import threading
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass, replace

import numpy as np

from arena import groundwork, ledger, ranks, style, tally
from arena.ballots import Counts, Whole
from arena.bradley_terry import Fit
from arena.categories import ALL
from arena.ledger import STYLE
from arena.matrices import Floats
from arena.models import Groundwork, LedgerEntry
from arena.tally import Tallied

KEPT = 64  # boards that a process remembers


@dataclass(frozen=True, slots=True)
class Standing:
    """One contender on a board."""

    contender: int
    value: float
    lower: float
    upper: float
    rank: int  # by overlap of intervals: all ranks hold at once
    rank_pairwise: int  # by a test of each difference
    chance_best: float
    votes: int
    wins: int
    losses: int
    ties: int
    both_bad: int
    group: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What one mark of style is worth to voters, in points."""

    mark: str
    points: float
    stderr: float


@dataclass(frozen=True, slots=True)
class Board:
    """Standings, strongest first within each group; the largest group first."""

    category: str
    is_styled: bool
    length: int  # entries of the ledger
    groundwork_length: int  # entries that the widening and the style's maximum come from
    votes: int
    both_bad: int
    ties: int
    standings: tuple[Standing, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def groups(self) -> int:
        """Return how many sets of contenders were never compared with each other."""
        return len({each.group for each in self.standings})


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    counted: Tallied
    fit: Fit
    effects: tuple[Effect, ...]
    groundwork_length: int


_lock = threading.Lock()
_fits: OrderedDict[tuple[object, ...], _Fitted] = OrderedDict()


def read(
    *, category: str = ALL, is_styled: bool = False, among: Container[int] | None = None
) -> Board:
    """Return the board of a category as of the newest entry of the ledger."""
    fitted = _fitted(category, is_styled)
    counted, fit = fitted.counted, fitted.fit
    chosen = [
        place for place, pk in enumerate(counted.people.tolist()) if among is None or pk in among
    ]
    return Board(
        category=category,
        is_styled=is_styled,
        length=counted.length,
        groundwork_length=fitted.groundwork_length,
        votes=counted.votes,
        both_bad=round(float(counted.both_bad.sum()) / 2),
        ties=round(float(counted.ties.sum()) / 2),
        standings=_standings(counted, fit, np.array(chosen, dtype=np.int64)),
        effects=fitted.effects,
    )


def _fitted(category: str, is_styled: bool) -> _Fitted:
    """Fit, or return what was fitted from the same entries."""
    counted, ground = tally.read(category), groundwork.newest()
    key = (*_moment(counted.length), ground.pk if ground else 0, category, is_styled)
    with _lock:
        if (known := _fits.get(key)) is not None:
            return known
    made = _fit_styled(counted, ground, category) if is_styled else None
    made = made or _fit_plain(counted, ground, category)
    with _lock:
        _fits[key] = made
        while len(_fits) > KEPT:
            _fits.popitem(last=False)
    return made


def _moment(length: int) -> tuple[object, ...]:
    """Return what tells this prefix of this ledger from every other."""
    fold = LedgerEntry.objects.filter(position=length).values_list("fold", flat=True).first()
    return length, fold


def _fit_plain(counted: Tallied, ground: Groundwork | None, category: str) -> _Fitted:
    fit = groundwork.fit(ground, counted, category)
    return _Fitted(counted, fit, (), ground.length if ground else 0)


def _fit_styled(counted: Tallied, ground: Groundwork | None, category: str) -> _Fitted | None:
    """Take one Newton step from the groundwork; None while there is none for this category."""
    row = ground.styles.filter(category=category).first() if ground else None
    if ground is None or row is None:
        return None
    by = groundwork.rules_of(ground)
    people = np.union1d(counted.people, np.array(row.contenders, dtype=np.int64))
    places = np.searchsorted(people, row.contenders)
    base = style.widened_to(groundwork.unpacked(row), places.astype(np.float64), len(people))
    since = ledger.read(after=ground.length, upto=counted.length)
    since = since.within(groundwork.BOARDS[category])
    moved = style.moved(
        base,
        since.ballots(people),
        since.style,
        _spread(counted, people),
        prior=by.prior,
        anchor=by.anchor,
    )
    kept = np.searchsorted(people, counted.people)
    fit = ranks.among(moved.fit, kept)
    if by.fixed in counted.people:
        fit = _shifted(fit, by.anchor - fit.values[counted.people.tolist().index(by.fixed)])
    effects = tuple(
        Effect(mark, float(points), float(error))
        for mark, points, error in zip(STYLE, moved.coefficients, moved.errors, strict=True)
    )
    return _Fitted(counted, fit, effects, ground.length)


def _spread(counted: Tallied, people: Whole) -> Counts:
    """Return the counts with room for everyone whom the groundwork knows."""
    places = np.ix_(*[np.searchsorted(people, counted.people)] * 2)

    def roomy(cells: Floats) -> Floats:
        spread = np.zeros((len(people),) * 2)
        spread[places] = cells
        return spread

    return Counts(roomy(counted.wins), roomy(counted.ties + counted.both_bad))


def _shifted(fit: Fit, by: float) -> Fit:
    return replace(fit, values=fit.values + by, lower=fit.lower + by, upper=fit.upper + by)


def _standings(counted: Tallied, whole: Fit, chosen: Whole) -> tuple[Standing, ...]:
    if not len(chosen):
        return ()
    fit = ranks.among(whole, chosen)
    places, pairwise = ranks.by_overlap(fit), ranks.by_difference(fit)
    best = ranks.chances_of_being_best(fit)
    rows = [
        Standing(
            contender=int(counted.people[at]),
            value=float(fit.values[place]),
            lower=float(fit.lower[place]),
            upper=float(fit.upper[place]),
            rank=int(places[place]),
            rank_pairwise=int(pairwise[place]),
            chance_best=float(best[place]),
            votes=round(float(fit.games[place])),
            wins=round(float(counted.wins[at].sum())),
            losses=round(float(counted.wins[:, at].sum())),
            ties=round(float(counted.ties[at].sum())),
            both_bad=round(float(counted.both_bad[at].sum())),
            group=int(fit.groups[place]),
        )
        for place, at in enumerate(chosen)
    ]
    sizes = np.bincount(fit.groups)
    return tuple(
        sorted(rows, key=lambda row: (-sizes[row.group], row.group, -row.value, row.contender))
    )
