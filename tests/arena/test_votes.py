"""One vote per battle, by its voter, before the reveal."""

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from arena import ratings, votes
from arena.models import Battle, Vote, VoteEffect
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
class TestCast:
    @pytest.mark.parametrize("choice", Vote.Choice.values)
    def test_records_the_verdict(self, choice: str) -> None:
        battle = factories.battle(voter="ada")

        vote = votes.cast(battle=battle, voter="ada", choice=choice, now=NOON)

        battle.refresh_from_db()
        assert (vote.choice, vote.exclusion, battle.state) == (choice, "", Battle.State.VOTED)

    def test_is_the_same_vote_when_repeated(self) -> None:
        battle = factories.battle(voter="ada")

        once, twice = (
            votes.cast(battle=battle, voter="ada", choice="B", now=NOON) for _ in range(2)
        )

        assert once == twice
        assert Vote.objects.count() == 1

    def test_refuses_a_second_verdict(self) -> None:
        battle = factories.battle(voter="ada")
        votes.cast(battle=battle, voter="ada", choice="A", now=NOON)

        with pytest.raises(votes.AlreadyVoted) as refused:
            votes.cast(battle=battle, voter="ada", choice="B", now=NOON)

        assert (refused.value.code, refused.value.status) == ("ALREADY_VOTED", 409)
        assert Vote.objects.get().choice == "A"

    @pytest.mark.parametrize("voter", ["bob", "", "ADA"])
    def test_hides_the_battle_from_others(self, voter: str) -> None:
        with pytest.raises(votes.NotYourBattle) as refused:
            votes.cast(battle=factories.battle(voter="ada"), voter=voter, choice="A", now=NOON)

        assert refused.value.status == 404

    def test_belongs_to_nobody_while_a_prepared_battle_is_not_taken(self) -> None:
        with pytest.raises(votes.NotYourBattle):
            votes.cast(battle=factories.battle(voter=""), voter="", choice="A", now=NOON)

    @pytest.mark.parametrize("choice", ["c", "", "a", "A ", "LEFT", None, ["A"], {}, 2**63, True])
    def test_refuses_any_other_choice(self, choice: Any) -> None:
        with pytest.raises(votes.BadChoice) as refused:
            votes.cast(battle=factories.battle(), voter="ada", choice=choice, now=NOON)

        assert refused.value.status == 400

    @pytest.mark.parametrize(
        ("state", "error", "code"),
        [
            (Battle.State.ANSWERING, votes.BattleNotReady, "NOT_READY"),
            (Battle.State.FAILED, votes.BattleFailed, "BATTLE_FAILED"),
        ],
    )
    def test_waits_for_both_answers(
        self, state: str, error: type[votes.VoteRejected], code: str
    ) -> None:
        battle = factories.battle(answers=None, state=state)

        with pytest.raises(error) as refused:
            votes.cast(battle=battle, voter="ada", choice="A", now=NOON)

        assert (refused.value.code, refused.value.status) == (code, 409)
        assert not Vote.objects.exists()


@pytest.mark.django_db
class TestEffect:
    def test_starts_from_the_start(self, settings: Settings) -> None:
        settings.ELO_K, settings.ELO_START = 20, 1500
        battle = factories.battle()

        votes.cast(battle=battle, voter="ada", choice="A", now=NOON)

        effect = VoteEffect.objects.get(battle=battle)
        assert (effect.elo_a_before, effect.elo_a_after) == (1500, 1510)
        assert (effect.elo_b_before, effect.elo_b_after) == (1500, 1490)

    def test_is_what_the_next_refresh_publishes(self) -> None:
        first = factories.battle()
        votes.cast(battle=first, voter="ada", choice="A", now=NOON)
        ratings.refresh(now=NOON)
        second = factories.battle(first.contender_b, first.contender_a)

        votes.cast(battle=second, voter="ada", choice="A", now=NOON)

        ratings.refresh(now=NOON)
        effect = VoteEffect.objects.get(battle=second)
        published = ratings.elo_of(second.contender_a_id, second.contender_b_id)
        assert published == [effect.elo_a_after, effect.elo_b_after]


@pytest.mark.django_db(transaction=True)
class TestConcurrentVotes:
    def test_give_one_row(self) -> None:
        battle = factories.battle(voter="ada")
        barrier, told = threading.Barrier(100), Counter[str]()

        def cast(choice: str) -> None:
            own = Battle.objects.get(pk=battle.pk)
            connection.close()
            barrier.wait()
            try:
                told[votes.cast(battle=own, voter="ada", choice=choice, now=NOON).choice] += 1
            except votes.AlreadyVoted:
                told["refused"] += 1
            finally:
                connection.close()

        threads = [
            threading.Thread(target=cast, args=(Vote.Choice.values[number % 4],))
            for number in range(100)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        winner = Vote.objects.get().choice
        assert told == {winner: 25, "refused": 75}
        assert VoteEffect.objects.count() == 1
