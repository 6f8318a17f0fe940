"""Doorbells: rung without waiting, without harm, and without a broker too."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from pytest_django import Settings

from workers import bells, execution, tasks
from workers.celery import app


@pytest.fixture(autouse=True)
def _own_line(settings: Settings) -> Iterator[None]:
    settings.RATING_DEBOUNCE_S = 0.2
    bells.forget_broker()
    yield
    bells.wait_until_silent()
    bells.forget_broker()


def rung(client: redis.Redis, queue: str) -> int:
    bells.wait_until_silent()
    return client.llen(queue)


class TestRing:
    def test_puts_a_message_with_an_id_into_the_queue(self, valkey: redis.Redis) -> None:
        tasks.ring_runs()
        tasks.ring_turn(7)

        assert (rung(valkey, "runs"), rung(valkey, "answers")) == (1, 1)

    def test_of_many_votes_is_one_refresh(self, valkey: redis.Redis) -> None:
        for _ in range(20):
            tasks.ring_ratings()

        assert rung(valkey, "answers") == 1

    def test_rings_again_after_a_moment(self, valkey: redis.Redis) -> None:
        tasks.ring_ratings()
        bells.wait_until_silent()
        time.sleep(0.25)
        tasks.ring_ratings()

        assert rung(valkey, "answers") == 2

    @pytest.mark.parametrize("ring", [tasks.ring_runs, tasks.ring_ratings])
    def test_neither_fails_nor_waits_without_a_broker(
        self, ring: Any, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
        started = time.monotonic()

        with caplog.at_level(logging.WARNING):
            ring()
            waited = time.monotonic() - started
            bells.wait_until_silent()

        assert waited < 0.1
        assert "was not rung" in caplog.text
        assert time.monotonic() - started < 2

    def test_rests_after_a_failure_instead_of_failing_for_every_bell(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"

        with caplog.at_level(logging.WARNING):
            for _ in range(50):
                tasks.ring_runs()
            bells.wait_until_silent()

        assert caplog.text.count("was not rung") == 1


class TestExecuteRuns:
    def test_looks_at_the_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        looks: list[None] = []
        monkeypatch.setattr(execution, "execute_available", lambda: looks.append(None))

        tasks.execute_runs()

        assert len(looks) == 1

    def test_goes_to_the_queue_of_runs_and_the_rest_to_answers(self) -> None:
        route = app.amqp.router.route

        queues = [
            route({}, name)["queue"].name
            for name in ("workers.tasks.execute_runs", "workers.tasks.refresh_ratings")
        ]

        assert queues == ["runs", "answers"]
