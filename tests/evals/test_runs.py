"""A run's life, one transition at a time; `test_runs_any_order` mixes them."""

import threading

import pytest
from django.db import connections
from pytest_django import Settings

from evals import runs
from evals.models import EvalRun
from tests.conftest import NOON
from tests.evals.holding import Measured, after, benchmarks, claimed, fresh, queued

State = EvalRun.State


@pytest.mark.django_db
class TestEnqueue:
    def test_makes_one_checkpoint_for_each_benchmark(self) -> None:
        run = queued()

        assert [each.benchmark for each in run.checkpoints.order_by("pk")] == benchmarks(run)

    def test_returns_the_run_that_waits_already(self) -> None:
        run = queued()

        assert runs.enqueue(contender=run.contender, suite=run.suite, now=NOON) == run


@pytest.mark.django_db
class TestClaim:
    def test_takes_a_waiting_run(self) -> None:
        run = claimed()

        assert (run.state, run.attempt, run.lease_owner) == (State.RUNNING, 1, "one")
        assert run.lease_until == after(60)

    def test_is_refused_while_another_worker_holds_it(self) -> None:
        run = claimed()

        with pytest.raises(runs.RunNotAvailable):
            runs.claim(run_id=run.pk, owner="two", now=after(59))

    def test_takes_over_from_a_silent_worker(self) -> None:
        run = claimed()

        taken = runs.claim(run_id=run.pk, owner="two", now=after(61))

        assert (taken.attempt, taken.lease_owner, taken.started_at) == (2, "two", NOON)

    @pytest.mark.parametrize(
        "fields",
        [{"state": State.CANCELLED}, {"cancel_requested": True}, {"attempt": 3}],
        ids=["over", "unwanted", "tried too often"],
    )
    def test_is_refused_of_a_run_that_is(self, fields: dict[str, object]) -> None:
        run = queued(**fields)

        with pytest.raises(runs.RunNotAvailable):
            runs.claim(run_id=run.pk, owner="one", now=NOON)


@pytest.mark.django_db
class TestNextAvailable:
    def test_lists_the_oldest_first_and_the_abandoned(self) -> None:
        late, early = queued(queued_at=after(5)), queued()
        abandoned = claimed()

        assert runs.next_available(now=NOON) == [early.pk, late.pk]
        assert runs.next_available(now=after(61)) == [early.pk, abandoned.pk, late.pk]


@pytest.mark.django_db
class TestRenew:
    def test_moves_the_end_of_the_lease(self) -> None:
        run = claimed()

        runs.renew(run=run, now=after(30))

        assert fresh(run).lease_until == after(90)

    def test_tells_a_worker_that_was_overtaken(self) -> None:
        run = claimed()
        runs.claim(run_id=run.pk, owner="two", now=after(61))

        with pytest.raises(runs.LeaseLost):
            runs.renew(run=run, now=after(62))

    def test_tells_that_nobody_wants_the_run(self) -> None:
        run = claimed()
        runs.request_cancel(run=run, now=NOON)

        with pytest.raises(runs.CancelRequested):
            runs.renew(run=run, now=after(1))


@pytest.mark.django_db
class TestEnd:
    def test_needs_every_benchmark(self) -> None:
        run = claimed()
        first, second = benchmarks(run)
        runs.record(run=run, benchmark=first, measurement=Measured(), now=NOON)

        with pytest.raises(runs.NotFinished):
            runs.complete(run=run, now=NOON)
        runs.skip_benchmark(run=run, benchmark=second, now=NOON)
        runs.complete(run=run, now=after(9))

        assert (fresh(run).state, fresh(run).finished_at) == (State.SUCCEEDED, after(9))
        assert fresh(run).lease_until is None

    def test_says_why_it_failed(self) -> None:
        run = claimed()

        runs.fail(run=run, code="GATED", sentence="Accept its terms.", now=NOON)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "GATED")

    def test_never_changes_again(self) -> None:
        run = claimed()
        runs.fail(run=run, code="GATED", sentence="Accept its terms.", now=NOON)

        with pytest.raises(runs.LeaseLost):
            runs.requeue(run=run, code="X", sentence="", now=NOON)
        with pytest.raises(runs.AlreadyFinished):
            runs.request_cancel(run=run, now=NOON)

        assert fresh(run).state == State.FAILED


@pytest.mark.django_db
class TestRequeue:
    def test_waits_for_another_attempt(self) -> None:
        run = claimed()

        runs.requeue(run=run, code="ENGINE_LOST", sentence="It went away.", now=NOON)

        assert (fresh(run).state, fresh(run).error_code) == (State.QUEUED, "ENGINE_LOST")
        assert runs.claim(run_id=run.pk, owner="two", now=NOON).error_code == ""

    def test_fails_after_the_last_attempt(self, settings: Settings) -> None:
        settings.MAX_ATTEMPTS = 1
        run = claimed()

        runs.requeue(run=run, code="ENGINE_LOST", sentence="It went away.", now=NOON)

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "ENGINE_LOST")

    def test_ends_a_run_that_nobody_wants(self) -> None:
        run = claimed()
        runs.request_cancel(run=run, now=NOON)

        runs.requeue(run=run, code="ENGINE_LOST", sentence="It went away.", now=NOON)

        assert fresh(run).state == State.CANCELLED

    def test_by_a_stopping_worker_costs_no_attempt(self) -> None:
        run = claimed()

        runs.release(run=run, now=NOON)

        assert (fresh(run).state, fresh(run).attempt) == (State.QUEUED, 0)

    def test_by_a_stopping_worker_leaves_it_no_hold(self) -> None:
        run = claimed()
        runs.release(run=run, now=NOON)
        runs.claim(run_id=run.pk, owner="two", now=NOON)

        with pytest.raises(runs.LeaseLost):
            runs.renew(run=run, now=NOON)


@pytest.mark.django_db
class TestCancel:
    def test_of_a_waiting_run_is_immediate(self) -> None:
        run = queued()

        runs.request_cancel(run=run, now=NOON)

        assert fresh(run).state == State.CANCELLED
        assert runs.next_available(now=NOON) == []

    def test_of_a_running_one_is_the_workers_to_finish(self) -> None:
        run = claimed()

        runs.request_cancel(run=run, now=NOON)
        assert fresh(run).state == State.RUNNING
        runs.stop(run=run, now=after(2))

        assert fresh(run).state == State.CANCELLED


@pytest.mark.django_db
class TestSweep:
    def test_frees_what_a_dead_worker_held(self) -> None:
        run, alive = claimed(), claimed(now=after(30))

        assert runs.sweep(now=after(61)) == [run.pk]

        assert fresh(run).state == State.QUEUED
        assert fresh(alive).state == State.RUNNING

    def test_does_not_wait_for_the_lease_of_a_worker_known_to_be_dead(self) -> None:
        run, alive = claimed("dead"), claimed("alive")

        assert runs.sweep(now=after(1), is_dead=lambda owner: owner == "dead") == [run.pk]

        assert fresh(alive).state == State.RUNNING

    def test_fails_what_killed_every_worker(self, settings: Settings) -> None:
        settings.MAX_ATTEMPTS = 1
        run = claimed()

        runs.sweep(now=after(61))

        assert (fresh(run).state, fresh(run).error_code) == (State.FAILED, "WORKER_LOST")

    def test_ends_what_nobody_wants(self) -> None:
        run = claimed()
        runs.request_cancel(run=run, now=NOON)

        runs.sweep(now=after(61))

        assert fresh(run).state == State.CANCELLED


@pytest.mark.django_db(transaction=True)
class TestClaimAtOnce:
    def test_is_won_by_one_worker(self) -> None:
        run = queued()
        won: list[str] = []
        barrier = threading.Barrier(12)

        def worker(name: str) -> None:
            try:
                barrier.wait()
                won.append(runs.claim(run_id=run.pk, owner=name, now=NOON).lease_owner)
            except runs.RunNotAvailable:
                pass
            finally:
                connections.close_all()

        threads = [threading.Thread(target=worker, args=(str(each),)) for each in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert won == [fresh(run).lease_owner]
        assert fresh(run).attempt == 1
