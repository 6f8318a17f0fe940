"""The life of a battle until its vote."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from arena import battles
from arena.battles import Answer
from arena.models import Battle, Prompt, PromptSet, Turn
from arena.pairs import Pair
from evals.models import Contender, Deployment
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ANSWERS = {"A": Answer("4", tokens=2), "B": Answer("four", is_truncated=True)}


def start(**changed: Any) -> Battle:
    order: dict[str, Any] = {
        "voter": "ada",
        "prompt": "What is 2 plus 2?",
        "contenders": changed.get("contenders") or [factories.model(), factories.model()],
        "now": NOON,
        "random": Random(1),
    }
    return battles.start(**(order | changed))


def claimed(battle: Battle, now: datetime = NOON) -> Turn:
    return battles.claim(turn_id=battle.turns.get().pk, now=now)


class TestStart:
    def test_puts_the_prompt_to_two_contenders(self) -> None:
        battle = start(prompt=" What is 2 plus 2?\r\n")

        assert battle.state == Battle.State.ANSWERING
        assert battle.turns.get().prompt == "What is 2 plus 2?"
        assert battle.propensity == pytest.approx(0.5)

    @pytest.mark.parametrize(
        ("prompt", "code", "status"),
        [
            ("  ", "EMPTY_PROMPT", 400),
            ("x" * 5000, "PROMPT_TOO_LONG", 413),
            ("a\x00", "BAD_TEXT", 400),
        ],
    )
    def test_refuses_a_bad_prompt(self, prompt: str, code: str, status: int) -> None:
        with pytest.raises(battles.BattleRefused) as refused:
            start(prompt=prompt)

        assert (refused.value.code, refused.value.status) == (code, status)
        assert not Battle.objects.exists()

    def test_needs_two_that_can_answer(self) -> None:
        with pytest.raises(battles.BattleRefused) as refused:
            start(contenders=[factories.model()])

        assert (refused.value.code, refused.value.status) == ("NO_OPPONENTS", 503)

    def test_refuses_to_open_more_than_the_limit(self, settings: Settings) -> None:
        settings.MAX_OPEN_BATTLES = 2
        start()
        start()

        with pytest.raises(battles.BattleRefused) as refused:
            start()

        assert (refused.value.code, refused.value.status) == ("TOO_MANY_OPEN", 429)

    def test_forgets_battles_abandoned_long_ago(self, settings: Settings) -> None:
        settings.MAX_OPEN_BATTLES = 1
        start()

        assert start(now=NOON + timedelta(hours=2)).state == Battle.State.ANSWERING


class TestOpponents:
    def deployed(self, contender: Contender, **changed: Any) -> None:
        fields: dict[str, Any] = {
            "machine": "here",
            "url": "http://127.0.0.1:1",
            "served_name": contender.slug,
            "state": Deployment.State.READY,
            "started_at": NOON,
            "answered_at": NOON,
        }
        Deployment.objects.create(contender=contender, **(fields | changed))

    def test_are_those_that_answered_lately(self) -> None:
        fresh, silent, down = (factories.model() for _ in range(3))
        self.deployed(fresh)
        self.deployed(silent, answered_at=NOON - timedelta(hours=1))
        self.deployed(down, state=Deployment.State.DOWN)

        assert battles.opponents(now=NOON) == [fresh]

    def test_leave_out_the_unlisted_and_the_retired(self) -> None:
        self.deployed(factories.model(is_listed=False))
        self.deployed(factories.model(is_in_arena=False))

        assert battles.opponents(now=NOON) == []


class TestClaim:
    def test_takes_a_turn_once(self) -> None:
        battle = start()

        turn = claimed(battle)

        assert turn.attempt == 1
        with pytest.raises(battles.TurnNotAvailable):
            claimed(battle)

    def test_takes_it_over_when_the_lease_is_over(self) -> None:
        battle = start()
        claimed(battle)

        assert claimed(battle, NOON + timedelta(hours=1)).attempt == 2

    def test_leaves_a_turn_that_was_answered(self) -> None:
        battle = start()
        battles.finish(turn=claimed(battle), answers=ANSWERS, now=NOON)

        with pytest.raises(battles.TurnNotAvailable):
            claimed(battle, NOON + timedelta(hours=1))

    def test_lists_what_waits(self) -> None:
        waiting, taken = start(), start()
        claimed(taken)

        assert battles.waiting_turns(now=NOON) == [waiting.turns.get().pk]


class TestFinish:
    def test_writes_both_answers_and_opens_the_vote(self) -> None:
        turn = claimed(start())

        battle = battles.finish(turn=turn, answers=ANSWERS, now=NOON)

        assert battle.state == Battle.State.READY
        told = turn.responses.order_by("side").values_list("side", "text", "is_truncated")
        assert list(told) == [("A", "4", False), ("B", "four", True)]

    def test_refuses_a_worker_that_was_overtaken(self) -> None:
        battle = start()
        slow = claimed(battle)
        claimed(battle, NOON + timedelta(hours=1))

        with pytest.raises(battles.TurnNotAvailable):
            battles.finish(turn=slow, answers=ANSWERS, now=NOON)

        assert not slow.responses.exists()

    def test_happens_once(self) -> None:
        turn = claimed(start())
        battles.finish(turn=turn, answers=ANSWERS, now=NOON)

        with pytest.raises(battles.TurnNotAvailable):
            battles.finish(turn=turn, answers=ANSWERS, now=NOON)


class TestFail:
    def test_ends_the_battle_with_a_neutral_code(self) -> None:
        battle = battles.fail(turn=claimed(start()), code="ENGINE_LOST", now=NOON)

        assert (battle.state, battle.error_code) == (Battle.State.FAILED, "ENGINE_LOST")

    def test_gives_up_what_workers_died_of(self) -> None:
        battle, later = start(), NOON
        for _ in range(battles.MAX_ATTEMPTS):
            claimed(battle, later)
            later += timedelta(hours=1)

        assert battles.give_up(now=later) == 1
        battle.refresh_from_db()
        assert battle.state == Battle.State.FAILED


class TestPrepared:
    def prepared(self, now: datetime = NOON) -> Battle:
        theme, _ = PromptSet.objects.get_or_create(key="set", title="Set")
        source = Prompt.objects.create(
            prompt_set=theme, theme="sums", text=f"{theme.prompts.count()}?"
        )
        pair = Pair(factories.model(), factories.model(), 0.5, "test")
        return battles.prepare(pair=pair, source=source, answers=ANSWERS, now=now)

    def test_is_given_to_one_voter_each(self) -> None:
        first, second = self.prepared(), self.prepared(NOON + timedelta(seconds=1))

        given = [battles.take_prepared(voter=voter, now=NOON) for voter in ("ada", "bob", "eve")]

        assert given == [first, second, None]
        first.refresh_from_db()
        assert (first.voter, first.taken_at) == ("ada", NOON)

    def test_respects_the_limit_of_open_battles(self, settings: Settings) -> None:
        settings.MAX_OPEN_BATTLES = 1
        self.prepared()
        start()

        with pytest.raises(battles.BattleRefused):
            battles.take_prepared(voter="ada", now=NOON)

    def test_is_not_given_when_a_contender_has_left(self) -> None:
        Contender.objects.filter(pk=self.prepared().contender_a_id).update(is_in_arena=False)

        assert battles.take_prepared(voter="ada", now=NOON) is None


class TestReveal:
    def test_waits_for_the_vote(self) -> None:
        with pytest.raises(battles.NotVotedYet):
            battles.reveal(factories.battle())

    def test_names_both(self) -> None:
        battle = factories.battle(factories.model("Owl"), factories.model("Hen"))
        factories.vote(battle, "TIE")
        battle.refresh_from_db()

        told = battles.reveal(battle)

        assert (told.names, told.choice) == (("Owl", "Hen"), "TIE")


class TestBattleRows:
    def test_refuse_a_contender_against_itself(self) -> None:
        alone = factories.model()

        with pytest.raises(IntegrityError):
            factories.battle(alone, alone)
