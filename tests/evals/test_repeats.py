"""Measuring once more: going on, and starting anew; nothing of before is touched."""

import pytest
from pytest_django import Settings

from evals import quotas, repeats, runs
from evals.models import Checkpoint, EvalRun, Submission
from evals.problems import Refused
from evals.submissions import Submitter
from tests import factories
from tests.conftest import NOON
from tests.evals.holding import Measured, after, benchmarks, claimed, fresh

State = EvalRun.State
ADA = Submitter(None, "ada")
pytestmark = pytest.mark.django_db


def submission(key: str = "ada", /, **fields: object) -> Submission:
    run = factories.run(factories.model(), factories.suite(), **fields)
    return Submission.objects.create(
        contender=run.contender, run=run, submitter_key=key, created_at=NOON
    )


class TestResume:
    def test_goes_on_after_the_last_finished_benchmark(self) -> None:
        run = claimed()
        first, second = benchmarks(run)
        runs.record(run=run, benchmark=first, measurement=Measured(), now=NOON)
        runs.start_benchmark(run=run, benchmark=second, now=NOON)
        runs.fail(run=run, code="TIME_LIMIT", sentence="Too long.", now=after(9))

        repeats.resume(run=run, now=after(10))

        states = list(run.checkpoints.order_by("pk").values_list("state", flat=True))
        assert states == [Checkpoint.State.DONE, Checkpoint.State.WAITING]
        assert (fresh(run).state, fresh(run).error_code) == (State.QUEUED, "")

    def test_gives_as_many_attempts_as_a_new_run_has(self) -> None:
        run = claimed()
        for _ in range(2):
            runs.requeue(run=run, code="ENGINE_LOST", sentence="Gone.", now=NOON)
            run = runs.claim(run_id=run.pk, owner="one", now=NOON)
        runs.requeue(run=run, code="ENGINE_LOST", sentence="Gone.", now=NOON)
        assert fresh(run).state == State.FAILED

        repeats.resume(run=run, now=after(1))
        for _ in range(3):
            run = runs.claim(run_id=run.pk, owner="one", now=after(2))
            runs.requeue(run=run, code="ENGINE_LOST", sentence="Gone.", now=after(3))

        assert (fresh(run).state, fresh(run).attempt) == (State.FAILED, 6)

    @pytest.mark.parametrize("state", [State.QUEUED, State.SUCCEEDED])
    def test_is_refused_of_a_run_that_did_not_end_early(self, state: str) -> None:
        run = factories.run(factories.model(), factories.suite(), state=state)

        with pytest.raises(repeats.NotRepeatable):
            repeats.resume(run=run, now=NOON)

    def test_is_refused_while_a_newer_one_is_under_way(self) -> None:
        old = submission(state=State.CANCELLED)
        repeats.rerun(submission=old, by=ADA, now=NOON)

        with pytest.raises(repeats.NotRepeatable, match="under way"):
            repeats.resume(run=old.run, now=NOON)

        assert fresh(old.run).state == State.CANCELLED


class TestRerun:
    def test_queues_a_new_run_and_keeps_the_old_one(self) -> None:
        old = submission()

        again = repeats.rerun(submission=old, by=ADA, now=after(5))

        assert (again.run.state, again.run.owner, again.contender) == (
            State.QUEUED, "ada", old.contender,
        )  # fmt: skip
        assert fresh(old.run).state == State.SUCCEEDED

    def test_is_refused_while_it_is_measured(self) -> None:
        old = submission()
        repeats.rerun(submission=old, by=ADA, now=NOON)

        with pytest.raises(repeats.NotRepeatable):
            repeats.rerun(submission=old, by=ADA, now=NOON)

    def test_costs_quota(self, settings: Settings) -> None:
        settings.SUBMISSIONS_PER_DAY = 1
        old = submission()

        with pytest.raises(Refused) as refused:
            repeats.rerun(submission=old, by=ADA, now=NOON)

        assert refused.value.status == 429
        assert Submission.objects.count() == 1


class TestQuota:
    @pytest.mark.parametrize(
        ("fields", "left"),
        [
            ({"state": State.SUCCEEDED}, 99),
            ({"state": State.QUEUED}, 99),
            ({"state": State.FAILED, "error_code": "BAD_CONFIG"}, 99),
            ({"state": State.FAILED, "error_code": "ENGINE_LOST", "is_ours": True}, 100),
            ({"state": State.CANCELLED}, 100),
        ],
        ids=["measured", "waiting", "their fault", "our fault", "stopped"],
    )
    def test_is_given_back_for_what_brought_nothing(
        self, fields: dict[str, object], left: int
    ) -> None:
        submission("ada", **fields)

        assert quotas.left(owner="ada", now=NOON) == left

    def test_is_each_person_s_own(self) -> None:
        submission("bob")

        assert quotas.left(owner="ada", now=NOON) == 100

    @pytest.mark.parametrize("code", ["ENGINE_LOST", "INTERNAL_ERROR", "WORKER_LOST"])
    def test_is_given_back_after_a_failure_of_the_platform(self, code: str) -> None:
        run = claimed()
        if code == "INTERNAL_ERROR":
            runs.fail(run=run, code=code, sentence="A bug.", now=NOON)
        elif code == "WORKER_LOST":
            for moment in (61, 200, 400):
                runs.sweep(now=after(moment))
                if fresh(run).state == State.QUEUED:
                    runs.claim(run_id=run.pk, owner="two", now=after(moment))
        else:
            EvalRun.objects.filter(pk=run.pk).update(attempt=3)
            runs.requeue(run=fresh(run), code=code, sentence="Gone.", now=NOON)

        assert (fresh(run).state, fresh(run).is_ours) == (State.FAILED, True)
