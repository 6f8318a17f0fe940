"""Whose votes are whose may change; what the ledger says changes with it."""

import pytest
from django.utils import timezone

from arena import erasing, ownership, ratings, replay, votes
from arena.models import LedgerEntry, Vote
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def vote(voter: str) -> None:
    battle = factories.battle(voter=voter)
    votes.cast(battle=battle, voter=voter, choice="A", now=timezone.now())


class TestHandingOver:
    def test_keeps_ratings_that_can_be_computed_again(self) -> None:
        for voter in ("anon-1", "anon-1", "user-1", "eve"):
            vote(voter)
        ratings.refresh(now=NOON)

        ownership.adopt(voter="anon-1", by="user-1")
        vote("user-1")
        ratings.refresh(now=NOON)

        assert replay.check().faults == []
        assert Vote.objects.filter(voter="user-1", entered=1).count() == 4

    def test_of_someone_forgotten_leaves_the_ledger_whole(self) -> None:
        vote("ada")
        ratings.refresh(now=NOON)

        erasing.of_voter(voter="ada", now=NOON)
        ownership.forget(voter="ada", to="gone-1")
        ratings.refresh(now=NOON)

        assert replay.check().faults == []
        assert LedgerEntry.objects.count() == 3  # entered, taken out, entered again

    def test_of_votes_left_out_changes_no_entry(self) -> None:
        vote("ada")
        Vote.objects.update(exclusion="STAFF")

        ownership.forget(voter="ada", to="gone-1")

        assert not LedgerEntry.objects.exists()

    def test_that_the_ledger_missed_is_told(self) -> None:
        vote("ada")
        ratings.refresh(now=NOON)

        Vote.objects.update(voter="bob")

        assert "whose it is" in replay.check().faults[0]
