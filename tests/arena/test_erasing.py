"""What was said goes when its person or the years want it; what was judged stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from arena import erasing, exports, ratings, replay, sharing, votes
from arena.models import Battle, Consent, Feedback, Response, SharedBattle, Turn, Vote
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

LATER = timedelta(days=400)


def judged(voter: str = "ada") -> Battle:
    battle = factories.battle(voter=voter)
    votes.cast(battle=battle, voter=voter, choice="A", now=timezone.now())
    return Battle.objects.get(pk=battle.pk)


def texts() -> set[str]:
    """Return every text that is left."""
    said = Turn.objects.values_list("prompt", flat=True)
    answered = Response.objects.values_list("text", flat=True)
    return {*said, *answered} - {""}


class TestOfBattle:
    def test_takes_texts_comment_and_shared_address(self) -> None:
        battle = judged()
        sharing.share(battle=battle, voter="ada", now=NOON)
        Feedback.objects.create(vote=Vote.objects.get(), comment="My name is Ada.", told_at=NOON)

        erased = erasing.of_battle(battle=battle, voter="ada", now=NOON)

        assert erased == 1
        assert not texts()
        assert Feedback.objects.get().comment == ""
        assert not SharedBattle.objects.exists()

    def test_leaves_ratings_as_they_were_bit_for_bit(self) -> None:
        battle = judged()
        ratings.refresh(now=NOON)
        before = ratings.current()

        erasing.of_battle(battle=battle, voter="ada", now=NOON)
        ratings.refresh(now=NOON)

        assert ratings.current() == before
        assert replay.check().faults == []

    def test_enters_a_vote_before_its_texts_go(self) -> None:
        battle = judged()

        erasing.of_battle(battle=battle, voter="ada", now=NOON)

        assert Vote.objects.get().entered == 1

    def test_ends_what_is_still_open(self) -> None:
        battle = factories.battle(voter="ada")

        erasing.of_battle(battle=battle, voter="ada", now=NOON)

        assert Battle.objects.get().state == Battle.State.ABANDONED

    def test_touches_nothing_of_somebody_else(self) -> None:
        battle = judged()

        assert erasing.of_battle(battle=battle, voter="bob", now=NOON) == 0
        assert texts()


class TestOfVoter:
    def test_takes_all_of_one_person_and_nothing_of_others(self) -> None:
        judged(), judged()
        theirs = judged("bob")

        assert erasing.of_voter(voter="ada", now=NOON) == 2
        assert set(Turn.objects.exclude(prompt="").values_list("battle", flat=True)) == {theirs.pk}

    def test_withdraws_the_consent(self) -> None:
        Consent.objects.create(voter="ada", given_at=NOON)

        erasing.of_voter(voter="ada", now=NOON)

        assert not Consent.objects.exists()

    def test_of_nobody_is_nothing(self) -> None:
        factories.battle(voter="")

        assert erasing.of_voter(voter="", now=NOON) == 0
        assert texts()


class TestOlderThan:
    def test_takes_what_is_old_and_only_that(self) -> None:
        old = judged()
        ratings.refresh(now=NOON)
        Turn.objects.filter(battle=old).update(created_at=NOON - LATER)
        judged("bob")
        ratings.refresh(now=NOON)

        erased = erasing.older_than(NOON - timedelta(days=365))

        assert erased == 1
        assert Turn.objects.get(battle=old).prompt == ""
        assert texts()
        assert erasing.older_than(NOON - timedelta(days=365)) == 0

    def test_counts_only_when_dry(self) -> None:
        judged()
        ratings.refresh(now=NOON)

        assert erasing.older_than(timezone.now() + LATER, is_dry=True) == 1
        assert texts()

    @pytest.mark.parametrize("state", [Battle.State.READY, Battle.State.ANSWERING])
    def test_leaves_what_is_open(self, state: str) -> None:
        factories.battle(voter="ada", state=state)

        assert erasing.older_than(timezone.now() + LATER) == 0

    def test_leaves_votes_that_are_not_entered_yet(self) -> None:
        judged()

        assert erasing.older_than(timezone.now() + LATER) == 0

    def test_leaves_what_its_voter_published(self) -> None:
        judged()
        ratings.refresh(now=NOON)
        Consent.objects.create(voter="ada", given_at=NOON)

        assert erasing.older_than(timezone.now() + LATER) == 0


class TestExports:
    def test_publish_no_conversation_that_was_erased(self) -> None:
        battle = judged()
        erasing.of_battle(battle=battle, voter="ada", now=NOON)
        Consent.objects.create(voter="ada", given_at=NOON)

        assert [row for portion in exports.conversations() for row in portion] == []
        assert [row for portion in exports.votes() for row in portion]
