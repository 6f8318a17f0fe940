"""Every try at a run is kept, with who tried and how it ended, and the page's log tells it."""

import pytest

from evals import journal, leases, runs
from evals.models import Attempt, EvalRun
from tests.evals.holding import after, claimed, fresh

Outcome = Attempt.Outcome
pytestmark = pytest.mark.django_db


def told(run: EvalRun) -> list[tuple[int, str, str, str]]:
    kept = run.attempts.order_by("pk").values_list("number", "worker", "outcome", "code")
    return [tuple(each) for each in kept]  # type: ignore[misc]


class TestAttempts:
    def test_are_kept_with_their_reason(self) -> None:
        run = claimed()
        runs.requeue(run=run, code="ENGINE_LOST", sentence="It went away.", now=after(5))
        again = runs.claim(run_id=run.pk, owner="two", now=after(6))
        runs.fail(run=again, code="BAD_CONFIG", sentence="Mend it.", now=after(9))

        assert told(run) == [
            (1, "one", Outcome.RETRIED, "ENGINE_LOST"),
            (2, "two", Outcome.FAILED, "BAD_CONFIG"),
        ]
        first = run.attempts.order_by("pk")[0]
        assert (first.started_at, first.ended_at) == (after(0), after(5))

    def test_of_a_silent_worker_are_lost(self) -> None:
        run = claimed()

        runs.sweep(now=after(61))

        assert told(run) == [(1, "one", Outcome.LOST, "WORKER_LOST")]

    def test_end_when_another_worker_takes_over(self) -> None:
        run = claimed()

        runs.claim(run_id=run.pk, owner="two", now=after(61))

        assert told(run) == [
            (1, "one", Outcome.LOST, "WORKER_LOST"),
            (2, "two", Outcome.OPEN, ""),
        ]

    def test_of_an_overtaken_worker_say_nothing_more(self) -> None:
        old = claimed()
        runs.claim(run_id=old.pk, owner="two", now=after(61))

        with pytest.raises(leases.LeaseLost):
            runs.fail(run=old, code="BAD_CONFIG", sentence="Mend it.", now=after(62))

        assert told(old)[1][2] == Outcome.OPEN

    def test_that_were_put_back_do_not_count(self) -> None:
        run = claimed()
        runs.release(run=run, now=after(5))

        runs.claim(run_id=run.pk, owner="two", now=after(6))

        assert [number for number, *_ in told(run)] == [1, 1]


class TestLog:
    def test_tells_what_happened_last(self) -> None:
        run = claimed()
        runs.tell_stage(run=run, stage="Measuring Facts", now=after(3))
        runs.request_cancel(run=run, now=after(4))
        runs.stop(run=run, now=after(5))

        lines = [line.text for line in journal.tail(fresh(run), lines=3)]

        assert lines == ["Measuring Facts.", "Somebody asked to stop it.", "Stopped."]
