"""Counting votes: the same by portions, by narrow numbers, and with votes taken back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena import ballots
from arena.ballots import Ballots


def drawn(seed: int, votes: int, contenders: int) -> Ballots:
    random = np.random.default_rng(seed)
    a = random.integers(0, contenders, votes)
    b = (a + random.integers(1, contenders, votes)) % contenders
    score = random.integers(0, 3, votes) / 2
    return Ballots.of(np.arange(votes), a, b, score, random.choice([-1.0, 1.0], votes))


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(2, 6))
def test_a_tally_adds_up_vote_by_vote(seed: int, votes: int, contenders: int) -> None:
    cast = drawn(seed, votes, contenders)
    wins, ties = np.zeros((2, contenders, contenders))
    assert cast.sign is not None
    for a, b, score, sign in zip(cast.a, cast.b, cast.score, cast.sign, strict=True):
        wins[a, b] += sign * (score == 1)
        wins[b, a] += sign * (score == 0)
        ties[a, b] += sign * (score == 0.5)
        ties[b, a] += sign * (score == 0.5)

    counts = cast.tally(contenders)

    assert (counts.wins == wins).all()
    assert (counts.ties == ties).all()


def test_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = drawn(1, 1_000, 5)
    whole = cast.tally(5)
    monkeypatch.setattr(ballots, "PORTION", 7)

    assert (cast.tally(5).wins == whole.wins).all()


def test_a_score_stays_what_it_was() -> None:
    score = np.array([1.0, 0.0, 0.5])

    assert (Ballots.of(np.arange(3), np.arange(3), 2 - np.arange(3), score).score == score).all()
