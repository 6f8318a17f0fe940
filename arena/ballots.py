"""Votes as columns of numbers, and as counts of who was preferred to whom.

Pure arithmetic on arrays; contenders are numbers 0 to n-1, voters numbers from 0. What the ratings
are fitted to is counts; who cast which vote is needed only to tell how wide the intervals are.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.matrices import Floats

Whole: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.signedinteger[Any]]
Narrow: TypeAlias = NDArray[np.int32]

PORTION = 1 << 16  # votes counted at once: what is half computed stays in the processor's cache


@dataclass(frozen=True, eq=False)
class Counts:
    """Votes per pair: wins[i, j] preferred i to j; ties[i, j] = ties[j, i] preferred neither."""

    wins: Floats
    ties: Floats

    @cached_property
    def scores(self) -> Floats:
        """Return the wins of i over j with a tie as half a win."""
        return self.wins + self.ties / 2

    @cached_property
    def games(self) -> Floats:
        """Return how often two met."""
        return self.scores + self.scores.T


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The same votes with who cast them; one position in all arrays is one vote."""

    voter: Whole  # numbers from 0
    a: Narrow
    b: Narrow
    halves: NDArray[np.int8]  # of a win, for a; 2: a was preferred; 0: b; 1: neither
    sign: Floats | None = None  # -1 where a vote counts no longer; none: all count

    @classmethod
    def of(
        cls, voter: Whole, a: Numbers, b: Numbers, score: Floats, sign: Floats | None = None
    ) -> "Ballots":
        """Return votes by their scores, as narrow as they are counted fastest."""
        doubled = (2 * score).astype(np.int8)
        return cls(voter, a.astype(np.int32), b.astype(np.int32), doubled, sign)

    @property
    def score(self) -> Floats:
        """Return the share of each win that went to a."""
        return self.halves / 2

    def at(self, chosen: Any) -> "Ballots":
        """Return some of the votes."""
        sign = None if self.sign is None else self.sign[chosen]
        return Ballots(
            self.voter[chosen], self.a[chosen], self.b[chosen], self.halves[chosen], sign
        )

    def tally(self, contenders: int) -> Counts:
        """Count the votes per ordered pair."""
        places = np.empty(len(self.a), dtype=np.int64)
        for start in range(0, len(places), PORTION):
            some = slice(start, start + PORTION)
            place = self.halves[some].astype(np.int32)
            place *= contenders
            place += self.a[some]
            place *= contenders
            place += self.b[some]
            places[some] = place
        cells = np.bincount(places, self.sign, minlength=3 * contenders**2).astype(np.float64)
        lost, tied, won = cells.reshape(3, contenders, contenders)
        return Counts(won + lost.T, tied + tied.T)
