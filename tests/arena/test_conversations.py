"""Asking on, stopping, leaving, and conversations by name that never count."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from arena import battles, conversations, votes
from arena.battles import Answer, BattleRefused
from arena.conversations import Exchange
from arena.models import Battle, Turn, Vote
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def ask(battle: Battle, prompt: str = "And why?", voter: str = "ada") -> Turn:
    return conversations.ask(battle=battle, voter=voter, prompt=prompt, now=NOON)


def answered(turn: Turn, a: str = "yes", b: str = "no") -> Battle:
    held = battles.claim(turn_id=turn.pk, now=NOON)
    return battles.finish(turn=held, answers={"A": Answer(a), "B": Answer(b)}, now=NOON)


def able(*contenders: Contender) -> list[Contender]:
    for each in contenders:
        factories.deployment(each)
    return list(contenders)


def named(*contenders: Contender, voter: str = "ada") -> Battle:
    return conversations.open_named(voter=voter, prompt="Hi", contenders=contenders, now=NOON)


class TestAsk:
    def test_puts_another_prompt_to_both(self) -> None:
        battle = factories.battle()

        turn = ask(battle, " And\r\nwhy? ")

        battle.refresh_from_db()
        assert (turn.number, turn.prompt) == (2, "And\nwhy?")
        assert battle.state == Battle.State.ANSWERING

    def test_lets_each_side_remember_its_own_answers_but_no_thoughts(self) -> None:
        battle = factories.battle(prompt="2 + 2?", answers=("<think>hm</think>4", "four"))

        told = conversations.history(ask(battle))

        assert told == {"A": [Exchange("2 + 2?", "4")], "B": [Exchange("2 + 2?", "four")]}

    def test_forgets_a_void_turn(self) -> None:
        battle = factories.battle(prompt="2 + 2?")
        turn = battles.claim(turn_id=ask(battle).pk, now=NOON)
        battle = battles.fail(turn=turn, code="ENGINE_LOST", now=NOON)

        told = conversations.history(ask(battle))

        assert battle.state == Battle.State.READY
        assert [each.prompt for each in told["A"]] == ["2 + 2?"]

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (Battle.State.ANSWERING, "NOT_READY"),
            (Battle.State.VOTED, "BATTLE_OVER"),
            (Battle.State.FAILED, "BATTLE_OVER"),
            (Battle.State.ABANDONED, "BATTLE_OVER"),
        ],
    )
    def test_waits_for_answers_and_ends_with_the_vote(self, state: str, code: str) -> None:
        battle = factories.battle(state=state)

        with pytest.raises(BattleRefused) as refused:
            ask(battle)

        assert (refused.value.code, refused.value.status) == (code, 409)
        assert battle.turns.count() == 1

    def test_is_limited_in_turns(self, settings: Settings) -> None:
        settings.MAX_TURNS = 1
        battle = factories.battle()

        with pytest.raises(BattleRefused) as refused:
            ask(battle)

        battle.refresh_from_db()
        assert (refused.value.code, battle.state) == ("TURN_LIMIT", Battle.State.READY)

    def test_is_limited_in_length(self, settings: Settings) -> None:
        battle = factories.battle(prompt="12345", answers=("1234567", "1"))
        settings.MAX_BATTLE_CHARACTERS = 20

        with pytest.raises(BattleRefused) as refused:
            ask(battle, "123456789")

        assert refused.value.code == "BATTLE_FULL"
        assert ask(battle, "12345678").number == 2

    def test_is_for_its_owner(self) -> None:
        for voter in ("eve", ""):
            with pytest.raises(BattleRefused) as refused:
                ask(factories.battle(), voter=voter)

            assert refused.value.status == 404


class TestStop:
    def test_is_noted_for_the_worker(self) -> None:
        battle = factories.battle(answers=None)
        held = battles.claim(turn_id=battle.turns.get().pk, now=NOON)
        assert not battles.renew(turn=held, now=NOON)

        conversations.stop(battle=battle, voter="ada", now=NOON)

        assert battles.renew(turn=held, now=NOON)

    def test_has_nothing_to_stop_once_answered(self) -> None:
        with pytest.raises(BattleRefused) as refused:
            conversations.stop(battle=factories.battle(), voter="ada", now=NOON)

        assert (refused.value.code, refused.value.status) == ("NOT_ANSWERING", 409)


class TestLeave:
    def test_is_recorded_and_final(self) -> None:
        battle = factories.battle()

        conversations.leave(battle=battle, voter="ada", now=NOON)

        battle.refresh_from_db()
        assert (battle.state, battle.left_at) == (Battle.State.ABANDONED, NOON)
        with pytest.raises(votes.NothingToJudge):
            votes.cast(battle=battle, voter="ada", choice="A", now=NOON)

    def test_takes_the_turn_from_its_worker(self) -> None:
        battle = factories.battle(answers=None)
        held = battles.claim(turn_id=battle.turns.get().pk, now=NOON)

        conversations.leave(battle=battle, voter="ada", now=NOON)

        with pytest.raises(battles.TurnNotAvailable):
            battles.renew(turn=held, now=NOON)

    def test_changes_no_verdict(self) -> None:
        battle = factories.battle()
        factories.vote(battle)

        conversations.leave(battle=battle, voter="ada", now=NOON)

        battle.refresh_from_db()
        assert battle.state == Battle.State.VOTED

    def test_still_counts_against_whoever_draws_again_and_again(self, settings: Settings) -> None:
        settings.MAX_OPEN_BATTLES = 2
        for _ in range(2):
            conversations.leave(battle=factories.battle(), voter="ada", now=NOON)

        with pytest.raises(BattleRefused) as refused:
            battles.refuse_hoarding(voter="ada", now=NOON)

        assert refused.value.code == "TOO_MANY_OPEN"


class TestExpire:
    def test_records_what_nobody_judged_in_time(self) -> None:
        old, young = factories.battle(), factories.battle(created_at=NOON + timedelta(days=2))
        taken = factories.battle(is_prepared=True, taken_at=NOON + timedelta(days=2))
        prepared = factories.battle(is_prepared=True, voter="")

        assert conversations.expire(now=NOON + timedelta(days=2)) == 1

        for each in (old, young, taken, prepared):
            each.refresh_from_db()
        assert old.state == Battle.State.ABANDONED
        assert {each.state for each in (young, taken, prepared)} == {Battle.State.READY}


class TestOpenNamed:
    def test_talks_to_the_two_that_were_chosen_in_that_order(self) -> None:
        heron, wren = able(factories.model("Heron"), factories.model("Wren"))

        battle = named(wren, heron)

        assert (battle.contender_a, battle.contender_b) == (wren, heron)
        assert (battle.mode, battle.policy) == (Battle.Mode.SIDE_BY_SIDE, conversations.CHOSEN)

    def test_talks_to_one_alone(self) -> None:
        battle = named(*able(factories.model()))

        assert (battle.mode, battle.sides) == (Battle.Mode.CHAT, ("A",))

    def test_can_never_be_judged(self) -> None:
        battle = answered(named(*able(factories.model(), factories.model())).turns.get())

        assert battle.state == Battle.State.ANSWERED
        with pytest.raises(votes.NothingToJudge):
            votes.cast(battle=battle, voter="ada", choice="A", now=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Battle.objects.filter(pk=battle.pk).update(state=Battle.State.READY)
        assert not Vote.objects.exists()

    def test_goes_on_for_several_turns(self) -> None:
        battle = answered(named(*able(factories.model(), factories.model())).turns.get())

        assert answered(ask(battle)).state == Battle.State.ANSWERED

    def test_refuses_one_that_cannot_answer(self) -> None:
        with pytest.raises(BattleRefused) as refused:
            named(factories.model("Heron"))

        assert refused.value.status == 503
        assert str(refused.value).startswith("Heron cannot answer right now.")

    def test_refuses_a_pair_of_one(self) -> None:
        alone = factories.model()

        with pytest.raises(BattleRefused) as refused:
            named(*able(alone), alone)

        assert refused.value.code == "BAD_PAIR"

    def test_is_no_open_battle(self, settings: Settings) -> None:
        settings.MAX_OPEN_BATTLES = 1
        answered(named(*able(factories.model(), factories.model())).turns.get())

        battles.refuse_hoarding(voter="ada", now=NOON)
