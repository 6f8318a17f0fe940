"""What goes on between the first word and the last: further turns, stop, and a talk with one."""

import threading

import pytest
import redis

from arena import battles, conversations, streams
from arena.models import Battle, Turn
from tests import factories
from tests.workers.stub_llm import Stub
from tests.workers.turns import NOON, answer, asked, deployed, texts, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]


class TestFollowUp:
    def second(self, stub: Stub, a: str, b: str, answers: tuple[str, str] = ("4", "four")) -> Turn:
        battle = factories.battle(deployed(stub, a), deployed(stub, b), answers=answers)
        return conversations.ask(battle=battle, voter="ada", prompt="And twice?", now=NOON)

    def test_reminds_each_side_of_its_own_answers(self, stub: Stub) -> None:
        answer(self.second(stub, "fast", "short"))

        asked = {each["model"]: [m["content"] for m in each["messages"]] for each in stub.asked}
        assert asked["fast"] == ["What is 2 plus 2?", "4", "And twice?"]
        assert asked["short"] == ["What is 2 plus 2?", "four", "And twice?"]

    def test_forgets_the_same_on_both_sides_when_one_has_no_room(self, stub: Stub) -> None:
        turn = self.second(stub, "narrow", "short")

        battle = answer(turn)

        assert battle.state == Battle.State.READY
        last = [each for each in stub.asked if len(each["messages"]) == 1]
        assert {each["model"] for each in last} == {"narrow", "short"}

    def test_leaves_the_battle_to_be_judged_when_it_fails(self, stub: Stub) -> None:
        turn = self.second(stub, "broken", "short")

        battle = answer(turn)

        turn.refresh_from_db()
        assert (battle.state, battle.error_code) == (Battle.State.READY, "")
        assert turn.error_code == "ENGINE_LOST"


class TestStop:
    def test_keeps_what_both_have_shown(self, stub: Stub, valkey: redis.Redis) -> None:
        turn = asked(stub, "slow", "fast")
        threading.Timer(0.25, streams.ask_to_stop, [turn.pk]).start()

        battle = answer(turn)

        kept = dict(turn.responses.values_list("side", "text"))
        assert battle.state == Battle.State.READY
        assert kept == {side: text.rstrip() for side, text in texts(valkey, turn).items()}
        assert 0 < len(kept["A"]) < len("slow words ") * 12 - 1

    def test_before_the_first_word_leaves_nothing_to_judge(self, stub: Stub) -> None:
        turn = asked(stub, "hanging", "short")
        threading.Timer(0.2, streams.ask_to_stop, [turn.pk]).start()

        battle = answer(turn)

        assert (battle.state, battle.error_code) == (Battle.State.FAILED, battles.STOPPED)

    def test_before_anybody_was_asked_asks_nobody(self, stub: Stub) -> None:
        turn = asked(stub, "fast", "short")
        conversations.stop(battle=turn.battle, voter="ada", now=NOON)

        assert answer(turn).error_code == battles.STOPPED
        assert stub.asked == []


class TestChat:
    def test_asks_one_side_only(self, stub: Stub, valkey: redis.Redis) -> None:
        alone = deployed(stub, "fast")
        battle = conversations.open_named(voter="ada", prompt="Hi", contenders=[alone], now=NOON)
        turn = battle.turns.get()

        battle = answer(turn)

        assert battle.state == Battle.State.ANSWERED
        assert [each["model"] for each in stub.asked] == ["fast"]
        assert [fields["kind"] for _, fields in told(valkey, turn)][-2:] == ["done", "done"]
