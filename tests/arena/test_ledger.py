"""Every vote is entered exactly once, in whatever order commits, exclusions and folds come."""

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import hypothesis
import numpy as np
import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from arena import ledger, tally
from arena.models import LedgerEntry, LedgerHead, Vote
from evals.models import Contender
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
CHOICES = st.sampled_from(Vote.Choice.values)


def cast(a: Contender, b: Contender, choice: str = "A", **fields: Any) -> Vote:
    return factories.vote(factories.battle(a, b), choice, **fields)


def counted_by_hand() -> Counter[tuple[int, int, str]]:
    return Counter(
        Vote.objects.counted().values_list("battle__contender_a", "battle__contender_b", "choice")
    )


def counted_in_ledger() -> Counter[tuple[int, int, str]]:
    found: Counter[tuple[int, int, str]] = Counter()
    for a, b, choice, sign in LedgerEntry.objects.values_list("a", "b", "choice", "sign"):
        found[a, b, choice] += sign
    return +found


class Folding(RuleBasedStateMachine):
    """Votes that commit late, are left out and count again, while folds go on."""

    def __init__(self) -> None:
        super().__init__()
        LedgerEntry.objects.all().delete()
        LedgerHead.objects.all().delete()
        Vote.objects.all().delete()
        self.people = [factories.model() for _ in range(3)]
        self.next_id = 1_000
        self.pending: list[int] = []  # ids given to transactions that have not committed yet

    @rule()
    def a_transaction_takes_an_id(self) -> None:
        self.pending.append(self.next_id)
        self.next_id += 1

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), choice=CHOICES)
    def any_of_them_commits(self, data: st.DataObject, choice: str) -> None:
        place = data.draw(st.integers(0, len(self.pending) - 1))
        sides = data.draw(st.permutations(self.people))
        cast(sides[0], sides[1], choice, pk=self.pending.pop(place))

    @rule(data=st.data(), exclusion=st.sampled_from(["", "LEAK", "STAFF"]))
    def a_vote_is_judged_again(self, data: st.DataObject, exclusion: str) -> None:
        if votes := list(Vote.objects.order_by("pk").values_list("pk", flat=True)):
            vote = data.draw(st.sampled_from(votes))
            Vote.objects.filter(pk=vote).update(exclusion=exclusion)

    @rule(limit=st.integers(1, 3))
    def a_fold_takes_some(self, limit: int) -> None:
        ledger.fold(limit=limit)

    @rule()
    def a_refresh_takes_all(self) -> None:
        ledger.catch_up()

        assert counted_in_ledger() == counted_by_hand()
        counted = tally.read()
        assert counted.votes == Vote.objects.counted().count()
        assert counted.length == LedgerEntry.objects.count()

    @invariant()
    def no_vote_is_in_twice_and_no_position_is_missing(self) -> None:
        net: Counter[int] = Counter()
        positions = []
        for position, vote, sign in LedgerEntry.objects.order_by("position").values_list(
            "position", "vote", "sign"
        ):
            positions.append(position)
            net[vote] += sign
            assert net[vote] in (0, 1)
        assert positions == list(range(1, len(positions) + 1))
        entered = set(Vote.objects.filter(entered=1).values_list("pk", flat=True))
        assert {vote for vote, times in net.items() if times} == entered


@pytest.mark.django_db
def test_every_vote_is_entered_exactly_once() -> None:
    run_state_machine_as_test(
        Folding, settings=hypothesis.settings(max_examples=40, stateful_step_count=25)
    )


@pytest.mark.django_db
class TestFold:
    def test_keeps_what_the_texts_say(self) -> None:
        battle = factories.battle(
            prompt="Write exactly three words of Python code: def f(): return 1",
            answers=("# Title\n- one\n- two\n**bold**", "one two three"),
        )
        factories.vote(battle)

        ledger.catch_up()

        entry = LedgerEntry.objects.get()
        assert (entry.headers, entry.bold, entry.lists) == (1, 1, 1)
        assert 0 < entry.length < 1
        assert (entry.a, entry.b) == (battle.contender_a_id, battle.contender_b_id)

    def test_takes_away_exactly_what_it_added(self) -> None:
        vote = cast(factories.model(), factories.model(), "BOTH_BAD")
        ledger.catch_up()

        Vote.objects.filter(pk=vote.pk).update(exclusion="STAFF")
        ledger.catch_up()

        added, taken = LedgerEntry.objects.order_by("position").values(
            "a", "b", "choice", "voter", "categories", "length", "sign"
        )
        assert (added["sign"], taken["sign"]) == (1, -1)
        assert added == taken | {"sign": 1}
        assert tally.read().votes == 0


@pytest.mark.django_db
class TestColumns:
    def test_net_is_what_counts_in_the_order_it_last_began_to(self) -> None:
        owl, hen = factories.model(), factories.model()
        first, second = cast(owl, hen, "A"), cast(owl, hen, "B")
        ledger.catch_up()
        for exclusion in ("STAFF", ""):
            Vote.objects.filter(pk=first.pk).update(exclusion=exclusion)
            ledger.catch_up()

        net = ledger.read().net()

        assert net.vote.tolist() == [second.pk, first.pk]
        assert net.sign.tolist() == [1, 1]

    def test_are_the_same_in_one_piece_and_in_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owl, hen = factories.model(), factories.model()
        for choice in "AABBA":
            cast(owl, hen, choice)
        ledger.catch_up()
        whole = ledger.read()

        monkeypatch.setattr(ledger, "PORTION", 2)

        assert np.array_equal(ledger.read().code, whole.code)
        assert np.array_equal(ledger.read().style, whole.style)


@pytest.mark.django_db(transaction=True)
class TestConcurrentFolds:
    def test_enter_every_vote_once(self) -> None:
        owl, hen = factories.model(), factories.model()
        for _ in range(30):
            cast(owl, hen)
        barrier = threading.Barrier(4)

        def fold() -> None:
            barrier.wait()
            try:
                while ledger.fold(limit=7):
                    pass
            finally:
                connection.close()

        threads = [threading.Thread(target=fold) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert LedgerEntry.objects.count() == ledger.head().length == 30
        assert LedgerEntry.objects.values("vote").distinct().count() == 30
