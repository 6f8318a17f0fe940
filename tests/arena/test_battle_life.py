"""A battle's life under any order of workers, time and votes: it only ever goes forward."""

from datetime import UTC, datetime, timedelta
from random import Random

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from arena import battles, votes
from arena.battles import Answer
from arena.models import Battle, Turn, Vote, VoteEffect
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LONG = hypothesis.settings(max_examples=40, stateful_step_count=25)
ANSWERS = {"A": Answer("yes"), "B": Answer("no")}


class BattleLife(RuleBasedStateMachine):
    """One battle, its voter, a stranger, and workers that may be slow."""

    held: Bundle[Turn] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.battle = battles.start(
            voter="ada",
            prompt="Is it?",
            contenders=[factories.model(), factories.model()],
            now=NOON,
            random=Random(1),
        )
        self.turn_id = self.battle.turns.get().pk
        self.state: str = Battle.State.ANSWERING
        self.attempt = 0
        self.is_leased = False
        self.choice = ""

    @rule()
    def time_passes(self) -> None:
        self.now += timedelta(minutes=5)
        self.is_leased = False

    @rule(target=held)
    def a_worker_claims(self) -> Turn | MultipleResults[Turn]:
        is_free = self.state == Battle.State.ANSWERING and not self.is_leased
        if is_free and self.attempt < battles.MAX_ATTEMPTS:
            turn = battles.claim(turn_id=self.turn_id, now=self.now)
            self.attempt, self.is_leased = self.attempt + 1, True
            return turn
        with pytest.raises(battles.TurnNotAvailable):
            battles.claim(turn_id=self.turn_id, now=self.now)
        return multiple()

    @rule(turn=held)
    def a_worker_finishes(self, turn: Turn) -> None:
        if self.holds(turn):
            battles.finish(turn=turn, answers=ANSWERS, now=self.now)
            self.state = Battle.State.READY
            return
        with pytest.raises(battles.TurnNotAvailable):
            battles.finish(turn=turn, answers=ANSWERS, now=self.now)

    @rule(turn=consumes(held))
    def a_worker_fails(self, turn: Turn) -> None:
        if self.holds(turn):
            battles.fail(turn=turn, code="ENGINE_LOST")
            self.state = Battle.State.FAILED
            return
        with pytest.raises(battles.TurnNotAvailable):
            battles.fail(turn=turn, code="ENGINE_LOST")

    @rule()
    def hopeless_battles_are_given_up(self) -> None:
        given_up = battles.give_up(now=self.now)

        spent = self.attempt == battles.MAX_ATTEMPTS and not self.is_leased
        assert given_up == (spent and self.state == Battle.State.ANSWERING)
        if given_up:
            self.state = Battle.State.FAILED

    @rule(choice=st.sampled_from(Vote.Choice.values))
    def the_voter_votes(self, choice: str) -> None:
        if self.state in (Battle.State.READY, Battle.State.VOTED) and self.choice in ("", choice):
            assert self.vote("ada", choice).choice == choice
            self.state, self.choice = Battle.State.VOTED, choice
            return
        with pytest.raises(votes.VoteRejected):
            self.vote("ada", choice)

    @rule(choice=st.sampled_from(Vote.Choice.values))
    def a_stranger_votes(self, choice: str) -> None:
        with pytest.raises(votes.NotYourBattle):
            self.vote("eve", choice)

    @rule()
    def the_names_are_asked_for(self) -> None:
        battle = Battle.objects.get(pk=self.battle.pk)
        if self.state == Battle.State.VOTED:
            assert battles.reveal(battle).choice == self.choice
            return
        with pytest.raises(battles.NotVotedYet):
            battles.reveal(battle)

    @invariant()
    def the_rows_say_the_same(self) -> None:
        battle, turn = Battle.objects.get(pk=self.battle.pk), Turn.objects.get(pk=self.turn_id)
        is_answered = self.state in (Battle.State.READY, Battle.State.VOTED)
        is_voted = self.state == Battle.State.VOTED
        assert battle.state == self.state
        assert turn.responses.count() == 2 * is_answered
        assert Vote.objects.filter(battle=battle).count() == is_voted
        assert VoteEffect.objects.filter(battle=battle).count() == is_voted
        assert bool(battle.error_code) == (self.state == Battle.State.FAILED)

    def holds(self, turn: Turn) -> bool:
        return self.state == Battle.State.ANSWERING and turn.attempt == self.attempt

    def vote(self, voter: str, choice: str) -> Vote:
        battle = Battle.objects.get(pk=self.battle.pk)
        return votes.cast(battle=battle, voter=voter, choice=choice, now=self.now)


@pytest.mark.django_db
def test_a_battle_only_goes_forward(settings: Settings) -> None:
    settings.MAX_OPEN_BATTLES = 10**6

    run_state_machine_as_test(BattleLife, settings=LONG)
