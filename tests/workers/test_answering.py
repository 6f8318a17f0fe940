"""A worker answers a turn: both sides, in step, once."""

import threading
from datetime import timedelta

import pytest
import redis
from django.db import connection
from pytest_django import Settings

from arena import battles
from arena.models import Battle
from tests import factories
from tests.workers.stub_llm import Stub
from tests.workers.turns import NOON, answer, asked, deployed, texts, told
from workers import answering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]


class TestAnswer:
    def test_keeps_both_answers_and_opens_the_vote(self, stub: Stub) -> None:
        turn = asked(stub, "fast", "short")

        battle = answer(turn)

        a, b = turn.responses.order_by("side")
        assert battle.state == Battle.State.READY
        assert (a.text, b.text) == (("fast words " * 30).strip(), "ok")
        assert (a.tokens, b.tokens) == (30, 1)
        assert a.seconds is not None
        assert a.first_token_s is not None

    def test_streams_what_it_keeps(self, stub: Stub, valkey: redis.Redis) -> None:
        turn = asked(stub, "fast", "slow")

        answer(turn)

        streamed = texts(valkey, turn)
        assert {side: text.strip() for side, text in streamed.items()} == dict(
            turn.responses.values_list("side", "text")
        )

    def test_ends_the_stream_with_both_answers_whole(self, stub: Stub, valkey: redis.Redis) -> None:
        turn = asked(stub, "cut", "short")

        answer(turn)

        last = [fields for _, fields in told(valkey, turn)][-2:]
        assert last == [
            {"side": "A", "kind": "done", "text": "and so on and", "cut": "1"},
            {"side": "B", "kind": "done", "text": "ok", "cut": ""},
        ]

    def test_shows_both_sides_in_step_whatever_their_speed(
        self, stub: Stub, valkey: redis.Redis
    ) -> None:
        turn = asked(stub, "fast", "slow")

        answer(turn)

        sizes = {"A": 0, "B": 0}
        for _, fields in told(valkey, turn):
            if fields["kind"] == "text":
                sizes[fields["side"]] += len(fields["text"])
                if sizes["B"] < len("slow words ") * 11:
                    assert 0 <= sizes["A"] - sizes["B"] <= len("slow words ") * 3

    def test_asks_both_the_same_way(self, stub: Stub, settings: Settings) -> None:
        settings.ARENA_SYSTEM_PROMPT = "Be kind."

        answer(asked(stub, "fast", "short"))

        first, second = ({k: v for k, v in each.items() if k != "model"} for each in stub.asked)
        assert first == second
        assert first["messages"] == [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "What is 2 plus 2?"},
        ]
        assert first["max_tokens"] == settings.MAX_ANSWER_TOKENS

    def test_removes_what_would_name_a_model_family(self, stub: Stub, valkey: redis.Redis) -> None:
        turn = asked(stub, "spoiled", "short")

        answer(turn)

        assert turn.responses.get(side="A").text == "clean text"
        assert texts(valkey, turn)["A"] == "clean text "

    def test_takes_an_empty_answer_for_an_answer(self, stub: Stub) -> None:
        turn = asked(stub, "empty", "short")

        assert answer(turn).state == Battle.State.READY
        assert turn.responses.get(side="A").text == ""

    def test_needs_no_redis(self, stub: Stub, settings: Settings) -> None:
        settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
        turn = asked(stub, "fast", "short")

        assert answer(turn).state == Battle.State.READY
        assert turn.responses.count() == 2

    def test_leaves_a_turn_that_is_taken(self, stub: Stub) -> None:
        turn = asked(stub, "short", "short")
        battles.claim(turn_id=turn.pk, now=NOON)

        assert answer(turn).state == Battle.State.ANSWERING
        assert stub.asked == []


class TestFailure:
    @pytest.mark.parametrize("pair", [("broken", "fast"), ("fast", "broken"), ("unknown", "short")])
    def test_of_one_side_tells_nothing_of_either(
        self, stub: Stub, valkey: redis.Redis, pair: tuple[str, str]
    ) -> None:
        turn = asked(stub, *pair)

        battle = answer(turn)

        assert (battle.state, battle.error_code) == (Battle.State.FAILED, "ENGINE_LOST")
        assert not turn.responses.exists()
        assert told(valkey, turn)[-1][1] == {
            "side": "",
            "kind": "failed",
            "text": "ENGINE_LOST",
            "cut": "",
        }

    def test_comes_when_time_is_up(self, stub: Stub, settings: Settings) -> None:
        settings.ANSWER_TIMEOUT_S = 0.3

        assert answer(asked(stub, "hanging", "short")).state == Battle.State.FAILED

    def test_comes_when_a_contender_has_no_healthy_deployment(self, stub: Stub) -> None:
        turn = factories.battle(deployed(stub, "short"), answers=None).turns.get()

        assert answer(turn).state == Battle.State.FAILED


class TestAnswerWaiting:
    def test_answers_what_a_lost_doorbell_left(self, stub: Stub) -> None:
        turns = [asked(stub, "short", "fast") for _ in range(2)]

        answering.answer_waiting(clock=lambda: NOON)

        assert [turn.responses.count() for turn in turns] == [2, 2]

    def test_takes_over_from_a_worker_that_died(self, stub: Stub, valkey: redis.Redis) -> None:
        turn = asked(stub, "short", "short")
        battles.claim(turn_id=turn.pk, now=NOON - timedelta(minutes=5))

        answering.answer_waiting(clock=lambda: NOON)

        assert turn.responses.count() == 2
        assert told(valkey, turn)[0][1]["kind"] == "anew"


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def test_answer_a_turn_once(self, stub: Stub) -> None:
        turn = asked(stub, "short", "short")
        barrier = threading.Barrier(2)

        def work() -> None:
            barrier.wait()
            try:
                answering.answer(turn_id=turn.pk, clock=lambda: NOON)
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert turn.responses.count() == 2
        assert len(stub.asked) == 2
