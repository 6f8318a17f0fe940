"""Kept counts are the votes', wherever they were kept."""

from datetime import UTC, datetime

import numpy as np
import pytest

from arena import ledger, tally
from arena.models import LedgerEntry, LedgerHead, TallyCheckpoint, Vote
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def cast(a: Contender, b: Contender, choices: str, prompt: str = "What is 2 plus 2?") -> None:
    names = {"T": "TIE", "X": "BOTH_BAD"}
    for choice in choices:
        factories.vote(factories.battle(a, b, prompt=prompt), names.get(choice, choice))
    ledger.catch_up()


class TestRead:
    def test_counts_ties_and_both_bad_apart(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "AABTXX")

        counted = tally.read()

        assert counted.people.tolist() == [owl.pk, hen.pk]
        assert counted.wins.tolist() == [[0, 2], [1, 0]]
        assert counted.ties.tolist() == [[0, 1], [1, 0]]
        assert counted.both_bad.tolist() == [[0, 2], [2, 0]]
        assert counted.counts.scores.tolist() == [[0, 3.5], [2.5, 0]]
        assert counted.votes == 6

    def test_counts_a_category_on_its_own(self) -> None:
        owl, hen, cat = (factories.model() for _ in range(3))
        cast(owl, hen, "AA", prompt="Wie ist das und was nicht?")
        cast(owl, cat, "B", prompt="```python\nprint(1)\n```")

        german, code = tally.read("german"), tally.read("code")

        assert (german.votes, german.people.tolist()) == (2, [owl.pk, hen.pk])
        assert (code.votes, code.people.tolist()) == (1, [owl.pk, cat.pk])

    def test_grows_by_what_is_new(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "A")
        tally.read()
        cast(factories.model(), owl, "B")

        assert tally.read().votes == 2
        assert len(tally.read().people) == 3

    def test_trusts_nothing_of_a_ledger_that_is_gone(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "AAA")
        assert tally.read().votes == 3
        LedgerEntry.objects.all().delete()
        LedgerHead.objects.update(length=0)
        Vote.objects.update(entered=0, exclusion="STAFF")
        cast(owl, hen, "BBB")

        assert tally.read().wins.tolist() == [[0, 0], [3, 0]]


class TestCheckpoint:
    def test_is_where_a_new_process_starts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tally, "CHECKPOINT_EVERY", 3)
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "AABT")
        assert tally.checkpoint() is not None
        cast(owl, hen, "X")
        kept = tally.read()
        LedgerEntry.objects.filter(position__lt=4).delete()  # so it cannot be counted again

        tally._kept.clear()
        started = tally.read()

        assert started.votes == kept.votes == 5
        assert np.array_equal(started.wins, kept.wins)

    def test_waits_until_it_is_worth_it(self) -> None:
        cast(factories.model(), factories.model(), "A")

        assert tally.checkpoint() is None
        assert not TallyCheckpoint.objects.exists()
