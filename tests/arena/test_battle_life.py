"""A battle's life under any order of workers, turns, time and votes: it only ever goes forward."""

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

from arena import battles, conversations, votes
from arena.battles import Answer
from arena.models import Battle, Turn, Vote, VoteEffect
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LONG = hypothesis.settings(max_examples=40, stateful_step_count=30)
ANSWERS = {"A": Answer("yes"), "B": Answer("no")}
MAX_TURNS = 3
State = Battle.State


class BattleLife(RuleBasedStateMachine):
    """One battle, its voter, a stranger, and workers that may be slow."""

    held: Bundle[Turn] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        Battle.objects.filter(state=State.ANSWERING).update(state=State.FAILED)  # earlier lives
        self.now = NOON
        self.battle = battles.start(
            voter="ada",
            prompt="Is it?",
            contenders=[factories.model(), factories.model()],
            now=NOON,
            random=Random(1),
        )
        self.turn_id = self.battle.turns.get().pk
        self.state: str = State.ANSWERING
        self.number = 1
        self.answered: set[int] = set()
        self.attempt = 0
        self.is_leased = False
        self.choice = ""

    @rule()
    def time_passes(self) -> None:
        self.now += timedelta(minutes=5)
        self.is_leased = False

    @rule(target=held)
    def a_worker_claims(self) -> Turn | MultipleResults[Turn]:
        is_free = self.state == State.ANSWERING and not self.is_leased
        if is_free and self.attempt < battles.MAX_ATTEMPTS:
            turn = battles.claim(turn_id=self.turn_id, now=self.now)
            self.attempt, self.is_leased = self.attempt + 1, True
            return turn
        with pytest.raises(battles.TurnNotAvailable):
            battles.claim(turn_id=self.turn_id, now=self.now)
        return multiple()

    @rule(turn=held)
    def a_worker_renews(self, turn: Turn) -> None:
        if self.holds(turn):
            battles.renew(turn=turn, now=self.now)
            self.is_leased = True
            return
        with pytest.raises(battles.TurnNotAvailable):
            battles.renew(turn=turn, now=self.now)

    @rule(turn=held)
    def a_worker_finishes(self, turn: Turn) -> None:
        if self.holds(turn):
            battles.finish(turn=turn, answers=ANSWERS, now=self.now)
            self.answered.add(turn.number)
            self.state = State.READY
            return
        with pytest.raises(battles.TurnNotAvailable):
            battles.finish(turn=turn, answers=ANSWERS, now=self.now)

    @rule(turn=consumes(held))
    def a_worker_fails(self, turn: Turn) -> None:
        if self.holds(turn):
            battles.fail(turn=turn, code="ENGINE_LOST", now=self.now)
            self.state = self.after_a_failure()
            return
        with pytest.raises(battles.TurnNotAvailable):
            battles.fail(turn=turn, code="ENGINE_LOST", now=self.now)

    @rule()
    def hopeless_turns_are_given_up(self) -> None:
        given_up = battles.give_up(now=self.now)

        spent = self.attempt == battles.MAX_ATTEMPTS and not self.is_leased
        assert given_up == (spent and self.state == State.ANSWERING)
        if given_up:
            self.state = self.after_a_failure()

    @rule()
    def the_voter_asks_on(self) -> None:
        if self.state == State.READY and self.number < MAX_TURNS:
            turn = conversations.ask(
                battle=self.battle, voter="ada", prompt="And why?", now=self.now
            )
            self.number, self.turn_id = self.number + 1, turn.pk
            self.attempt, self.is_leased = 0, False
            self.state = State.ANSWERING
            assert turn.number == self.number
            return
        with pytest.raises(battles.BattleRefused):
            conversations.ask(battle=self.battle, voter="ada", prompt="And why?", now=self.now)

    @rule()
    def the_voter_presses_stop(self) -> None:
        if self.state == State.ANSWERING:
            conversations.stop(battle=self.battle, voter="ada", now=self.now)
            return
        with pytest.raises(battles.BattleRefused):
            conversations.stop(battle=self.battle, voter="ada", now=self.now)

    @rule()
    def a_stranger_interferes(self) -> None:
        for meddle in (conversations.stop, conversations.leave):
            with pytest.raises(battles.BattleRefused):
                meddle(battle=self.battle, voter="eve", now=self.now)
        with pytest.raises(battles.BattleRefused):
            conversations.ask(battle=self.battle, voter="eve", prompt="Me!", now=self.now)
        with pytest.raises(votes.NotYourBattle):
            self.vote("eve", "A")

    @rule(chance=st.integers(0, 9))
    def the_voter_leaves(self, chance: int) -> None:
        if chance:  # else hardly a life would go on
            return
        conversations.leave(battle=self.battle, voter="ada", now=self.now)
        if self.state in (State.ANSWERING, State.READY):
            self.state = State.ABANDONED

    @rule(choice=st.sampled_from(Vote.Choice.values))
    def the_voter_votes(self, choice: str) -> None:
        if self.state in (State.READY, State.VOTED) and self.choice in ("", choice):
            assert self.vote("ada", choice).choice == choice
            self.state, self.choice = State.VOTED, choice
            return
        with pytest.raises(votes.VoteRejected):
            self.vote("ada", choice)

    @rule()
    def the_names_are_asked_for(self) -> None:
        battle = Battle.objects.get(pk=self.battle.pk)
        if self.state == State.VOTED:
            assert battles.reveal(battle).choice == self.choice
            return
        with pytest.raises(battles.NotVotedYet):
            battles.reveal(battle)

    @invariant()
    def the_rows_say_the_same(self) -> None:
        battle = Battle.objects.get(pk=self.battle.pk)
        turns = list(battle.turns.order_by("number"))
        is_voted = self.state == State.VOTED
        assert battle.state == self.state
        assert [turn.number for turn in turns] == list(range(1, self.number + 1))
        for turn in turns:
            assert turn.responses.count() == 2 * (turn.number in self.answered)
            assert (turn.ended_at is None) <= (turn.number == self.number)
        assert Vote.objects.filter(battle=battle).count() == is_voted
        assert VoteEffect.objects.filter(battle=battle).count() == is_voted
        assert not is_voted or self.answered
        assert bool(battle.error_code) == (self.state == State.FAILED)

    def after_a_failure(self) -> str:
        return State.FAILED if self.number == 1 else State.READY

    def holds(self, turn: Turn) -> bool:
        is_newest = turn.pk == self.turn_id and turn.attempt == self.attempt
        return self.state == State.ANSWERING and is_newest

    def vote(self, voter: str, choice: str) -> Vote:
        battle = Battle.objects.get(pk=self.battle.pk)
        return votes.cast(battle=battle, voter=voter, choice=choice, now=self.now)


@pytest.mark.django_db
def test_a_battle_only_goes_forward(settings: Settings) -> None:
    settings.MAX_OPEN_BATTLES = 10**6
    settings.MAX_TURNS = MAX_TURNS

    run_state_machine_as_test(BattleLife, settings=LONG)
