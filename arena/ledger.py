"""Enters votes into the ledger, each exactly once, and reads it back as columns.

A vote carries whether the ledger has it, and that changes only in the transaction that writes the
entry. So what is left to do is exactly where the two disagree: no watermark, and a vote that
commits late, is left out later or counts again is found like any other.
"""

import hashlib
import itertools
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from arena import categories, marks, turnstile
from arena.ballots import Ballots, Whole
from arena.matrices import Floats
from arena.models import LedgerEntry, LedgerHead, Response, Side, Turn, Vote

PORTION = 50_000  # rows turned into columns at once
CHUNK = 2_000  # votes that one transaction enters
STYLE = ("length", "headers", "bold", "lists")
CODES: Mapping[str, int] = {"A": 0, "B": 1, "TIE": 2, "BOTH_BAD": 3}
SCORES = np.array([1.0, 0.0, 0.5, 0.5])  # the policy: ties and both-bad are half a win each
FIELDS = ("vote_id", "sign", "a", "b", "choice", "voter", "categories", *STYLE)


class FoldInterrupted(RuntimeError):
    """Somebody else changed what this transaction had locked: a bug, so nothing is kept."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a vote's texts say to the statistics."""

    categories: int
    style: marks.Style


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Entries of the ledger in their order, one position an entry."""

    vote: Whole
    sign: Whole
    a: Whole
    b: Whole
    code: Whole  # into SCORES
    voter: Whole
    categories: Whole
    style: Floats  # one row an entry, one column a mark

    def __len__(self) -> int:
        return len(self.sign)

    @property
    def score(self) -> Floats:
        """Return the share of the win that went to a."""
        return SCORES[self.code]

    def net(self) -> "Columns":
        """Return the votes that count at the end, in the order in which they last began to."""
        began = {vote: place for place, vote in enumerate(self.vote.tolist())}
        total = np.bincount(np.searchsorted(votes := np.unique(self.vote), self.vote), self.sign)
        counting = votes[total > 0].tolist()
        return self.at(np.array(sorted(began[vote] for vote in counting), dtype=np.int64))

    def at(self, chosen: NDArray[Any]) -> "Columns":
        """Return some of the entries."""
        return Columns(*(getattr(self, name)[chosen] for name in self.__slots__))

    def within(self, bit: int) -> "Columns":
        """Return the entries of one category; 0 is all of them."""
        return self.at((self.categories & bit) > 0) if bit else self

    def people(self) -> Whole:
        """Return everyone who appears, by primary key, sorted."""
        return np.unique(np.concatenate([self.a, self.b]))

    def ballots(self, people: Whole) -> Ballots:
        """Return the votes as the arithmetic takes them; an entry taken back has its sign."""
        return Ballots.of(
            voter=np.unique(self.voter, return_inverse=True)[1].astype(np.int64),
            a=np.searchsorted(people, self.a),
            b=np.searchsorted(people, self.b),
            score=self.score,
            sign=self.sign.astype(np.float64),
        )


def head() -> LedgerHead:
    """Return how long the ledger is."""
    return LedgerHead.objects.get_or_create(pk=1)[0]


def catch_up() -> int:
    """Enter whatever changed since; return how many entries that made."""
    total = 0
    while made := fold():
        total += made
    return total


def fold(*, limit: int = CHUNK) -> int:
    """Enter up to `limit` votes that began to count and as many that ceased to."""
    if not (Vote.objects.to_enter().exists() or Vote.objects.to_take_out().exists()):
        return 0
    head()
    with turnstile.passed(), transaction.atomic():
        locked = LedgerHead.objects.select_for_update().get(pk=1)
        gone = _taken_out(list(_locked(Vote.objects.to_take_out(), limit)))
        come = _entered(list(_locked(Vote.objects.to_enter(), limit)))
        _write(locked, gone + come)
    return len(gone) + len(come)


def hand_over(*, voter: str, to: str) -> None:
    """Enter one voter's votes under another key: taken out, and entered again. Within atomic()."""
    head()
    locked = LedgerHead.objects.select_for_update().get(pk=1)
    theirs = Vote.objects.filter(voter=voter, entered=1).select_for_update(of=("self",))
    gone = _taken_out(list(theirs.order_by("pk")))
    come = _taken_out([entry.vote for entry in gone])
    for entry in come:
        entry.sign, entry.voter = 1, voter_number(to)
    if gone:
        _write(locked, gone + come)


def read(*, after: int = 0, upto: int | None = None) -> Columns:
    """Return entries by their positions: those after one, up to and with another."""
    rows = LedgerEntry.objects.filter(position__gt=after).order_by("position")
    if upto is not None:
        rows = rows.filter(position__lte=upto)
    return columns(rows.values_list(*FIELDS).iterator(chunk_size=20_000))


def columns(rows: Iterable[tuple[Any, ...]]) -> Columns:
    """Return rows of FIELDS as columns; never all of them as rows at once."""
    source, parts = iter(rows), [_packed([])]
    while portion := list(itertools.islice(source, PORTION)):
        parts.append(_packed(portion))
    whole = np.concatenate([part for part, _style in parts], axis=1)
    vote, sign, a, b, code, voter, bits = map(np.ascontiguousarray, whole)
    style = np.concatenate([style for _whole, style in parts])
    return Columns(vote, sign, a, b, code, voter, bits, style)


def voter_number(voter: str) -> int:
    """Return 63 bits that stand for a voter: only whether two are equal matters."""
    return int.from_bytes(hashlib.sha256(voter.encode()).digest()[:8], "big") >> 1


def traits(battles: Iterable[Any]) -> dict[Any, Traits]:
    """Return what the texts of these battles say, by battle."""
    prompts: dict[Any, list[str]] = defaultdict(list)
    answers: dict[tuple[Any, str], list[str]] = defaultdict(list)
    chosen = list(battles)
    turns = Turn.objects.filter(battle__in=chosen).order_by("battle", "number")
    for battle, prompt in turns.values_list("battle", "prompt"):
        prompts[battle].append(prompt)
    said = Response.objects.filter(turn__battle__in=chosen).order_by("turn__number")
    for battle, side, text in said.values_list("turn__battle", "side", "text"):
        answers[battle, side].append(text)
    return {
        each: Traits(
            categories.of(prompts[each]),
            marks.style(marks.of(answers[each, Side.A]), marks.of(answers[each, Side.B])),
        )
        for each in chosen
    }


def _packed(rows: list[tuple[Any, ...]]) -> tuple[Whole, Floats]:
    whole = [(*row[:4], CODES[row[4]], *row[5:7]) for row in rows]
    style = np.array([row[7:] for row in rows], dtype=np.float64).reshape(-1, len(STYLE))
    return np.array(whole, dtype=np.int64).reshape(-1, 7).T, style


def _locked(votes: Any, limit: int) -> Iterable[Vote]:
    found: Iterable[Vote] = (
        votes.select_for_update(of=("self",)).select_related("battle").order_by("pk")[:limit]
    )
    return found


def _entered(votes: list[Vote]) -> list[LedgerEntry]:
    seen = traits([vote.battle_id for vote in votes])
    return [
        LedgerEntry(
            vote=vote,
            sign=1,
            a=vote.battle.contender_a_id,
            b=vote.battle.contender_b_id,
            choice=vote.choice,
            voter=voter_number(vote.voter),
            categories=seen[vote.battle_id].categories,
            **seen[vote.battle_id].style._asdict(),
        )
        for vote in votes
    ]


def _taken_out(votes: list[Vote]) -> list[LedgerEntry]:
    """Return the same entries with the sign turned: whatever was added is taken away."""
    entries = LedgerEntry.objects.filter(vote__in=votes, sign=1).order_by("position")
    newest = {entry.vote_id: entry for entry in entries}
    return [
        LedgerEntry(
            **{name: getattr(newest[vote.pk], name) for name in FIELDS} | {"sign": -1},
        )
        for vote in votes
    ]


def _write(locked: LedgerHead, entries: list[LedgerEntry]) -> None:
    drawn = secrets.randbits(62)
    for place, entry in enumerate(entries, start=1):
        entry.position, entry.fold = locked.length + place, drawn
    LedgerEntry.objects.bulk_create(entries)
    for sign, before in ((-1, 1), (1, 0)):
        chosen = [entry.vote_id for entry in entries if entry.sign == sign]
        moved = Vote.objects.filter(pk__in=chosen, entered=before).update(entered=1 - before)
        if moved != len(chosen):
            raise FoldInterrupted(f"{len(chosen)} votes were to change, {moved} did.")
    locked.length += len(entries)
    locked.save(update_fields=["length"])
