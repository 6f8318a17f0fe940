"""What workers do by themselves: sweep, poll, refresh, and end when they are told to."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from arena.models import Battle, RatingSnapshot
from evals import runs
from evals.models import EvalRun
from tests import factories
from tests.conftest import NOON
from workers import execution, room, sweeper
from workers.sweeper import Repeated

pytestmark = pytest.mark.django_db(transaction=True)


class TestThreads:
    def test_of_every_worker_sweep(self) -> None:
        assert len(sweeper.threads(queues=set())) == 1

    def test_follow_the_queues(self) -> None:
        assert len(sweeper.threads(queues={"runs"})) == 3
        assert len(sweeper.threads(queues={"answers"})) == 10
        assert len(sweeper.threads(queues={"runs", "answers"})) == 12


class TestRepeated:
    def test_survives_a_bug_and_stops_at_once(self) -> None:
        done = threading.Semaphore(0)

        def work() -> None:
            done.release()
            raise ZeroDivisionError

        thread = Repeated("test", 0.01, work)
        thread.start()
        times = [done.acquire(timeout=5) for _ in range(3)]
        started = time.monotonic()
        thread.stop()
        thread.join(5)

        assert all(times)
        assert time.monotonic() - started < 1


class TestSweepRuns:
    def test_frees_the_runs_of_silent_workers(self) -> None:
        run = runs.enqueue(contender=factories.model(), suite=factories.suite(), now=NOON)
        runs.claim(run_id=run.pk, owner="dead", now=timezone.now() - timedelta(seconds=61))

        sweeper.sweep_runs()

        assert EvalRun.objects.get(pk=run.pk).state == EvalRun.State.QUEUED


class TestRefreshRatings:
    def test_publishes_votes_whose_bell_was_lost(self) -> None:
        factories.vote(factories.battle())

        sweeper.refresh_ratings()

        assert RatingSnapshot.objects.get().votes == 1


class TestAnswerWaiting:
    def test_ends_a_battle_that_nobody_can_answer(self) -> None:
        battle = factories.battle(answers=None)

        sweeper.answer_waiting()

        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            battle.refresh_from_db()
            if battle.state != Battle.State.ANSWERING:
                break
            time.sleep(0.02)
        assert battle.state == Battle.State.FAILED
        room.main().close()
        room.main.cache_clear()


class TestReapOrphans:
    def test_kills_nothing_that_has_an_owner(self) -> None:
        execution.reap_orphans()

        assert threading.main_thread().is_alive()
