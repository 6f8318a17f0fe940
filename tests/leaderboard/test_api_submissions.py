"""Submissions through the API: the same operation as the page's, with JSON around it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from evals.models import Contender, EvalRun, Submission, Suite
from tests import factories
from tests.conftest import NOON
from tests.evals import trees

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]

ORDER = {"kind": "MODEL", "source": "DIRECTORY", "locator": "models/heron", "name": "Heron"}
NAN = '{"kind": "MODEL", "source": "HUB", "locator": "a/b", "training_cost_usd": NaN}'


@pytest.fixture
def suite(tmp_path: Path, settings: Settings) -> Suite:
    """Return the suite that submissions are measured on, beside a model to submit."""
    trees.write(tmp_path / "models/heron", trees.model_files())
    settings.MODEL_ROOT = [tmp_path]
    settings.DEFAULT_SUITE = "tiny"
    return factories.suite("tiny")


def post(client: Client, order: Any) -> Any:
    return client.post("/api/v1/submissions", order, content_type="application/json")


def submission(**fields: Any) -> Submission:
    run = factories.run(factories.model(), factories.suite(), **fields)
    return Submission.objects.create(contender=run.contender, run=run, created_at=NOON)


@pytest.mark.usefixtures("suite")
class TestSubmit:
    def test_queues_a_contender_and_says_where_to_follow_it(self, client: Client) -> None:
        response = post(client, ORDER)

        followed = client.get(response.headers["Location"]).json()
        assert response.status_code == 201
        assert (followed["contender"], followed["state"]) == ("heron", "QUEUED")
        assert (followed["queue_position"], len(followed["benchmarks"])) == (1, 2)
        assert response.json() == followed | {
            "warnings": response.json()["warnings"],
            "token": response.json()["token"],
        }

    def test_answers_a_repeated_order_with_the_first(self, client: Client) -> None:
        first, again = post(client, ORDER), post(Client(), ORDER)

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]
        assert EvalRun.objects.count() == 1

    @pytest.mark.parametrize(
        ("order", "status", "code", "field"),
        [
            (ORDER | {"locator": "../../etc/passwd"}, 400, "BAD_PATH", "locator"),
            (ORDER | {"locator": "/etc/passwd"}, 403, "LOCAL_PATH_FORBIDDEN", "locator"),
            (ORDER | {"locator": ""}, 400, "REQUIRED", "locator"),
            (ORDER | {"kind": "ADAPTER"}, 400, "PARENT_REQUIRED", "parent_slug"),
            (ORDER | {"kind": "PONY"}, 400, "INVALID_INPUT", "kind"),
            (ORDER | {"training_cost_usd": -1}, 400, "INVALID_INPUT", "training_cost_usd"),
            (ORDER | {"training_cost_usd": "1e400"}, 400, "INVALID_INPUT", "training_cost_usd"),
            (NAN, 400, "INVALID_INPUT", "training_cost_usd"),
            (ORDER | {"released_at": "soon"}, 400, "INVALID_INPUT", "released_at"),
            (ORDER | {"is_listed": False}, 400, "INVALID_INPUT", "is_listed"),
            ({}, 400, "INVALID_INPUT", "kind"),
        ],
    )
    def test_refuses_with_the_field_that_is_wrong(
        self, client: Client, order: Any, status: int, code: str, field: str
    ) -> None:
        response = post(client, order)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.json()["problems"][0]["field"] == field
        assert not Contender.objects.exists()

    def test_says_when_nothing_can_be_measured(self, client: Client, suite: Suite) -> None:
        suite.benchmarks.all().delete()
        suite.delete()

        response = post(client, ORDER)

        assert (response.status_code, response.json()["code"]) == (503, "SUITE_MISSING")


class TestReadSubmission:
    def test_tells_what_was_measured(self, client: Client) -> None:
        made = submission()
        factories.score(made.run, made.run.suite.benchmarks.get(position=0), 0.5)

        benchmarks = client.get(f"/api/v1/submissions/{made.pk}").json()["benchmarks"]

        assert benchmarks[0] == {
            "key": "benchmark-0",
            "state": "DONE",
            "percent": 100,
            "value": 0.5,
            "stderr": 0.03,
            "samples": 200,
        }
        assert benchmarks[1]["value"] is None

    def test_tells_why_it_failed(self, client: Client) -> None:
        made = submission(
            state=EvalRun.State.FAILED, error_code="NOT_FOUND", error_sentence="It is gone."
        )

        body = client.get(f"/api/v1/submissions/{made.pk}").json()

        assert body["error"] == {"code": "NOT_FOUND", "detail": "It is gone."}

    def test_finds_only_what_is_listed(self, client: Client) -> None:
        made = submission()
        Contender.objects.update(is_listed=False)

        for missing in (made.pk, uuid4(), "7"):
            response = client.get(f"/api/v1/submissions/{missing}")
            assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
        assert client.get("/api/v1/submissions").json()["total"] == 0


class TestListSubmissions:
    def test_comes_in_pieces_by_state(self, client: Client) -> None:
        submission()
        failed = submission(state=EvalRun.State.FAILED, error_code="NOT_FOUND")

        body = client.get("/api/v1/submissions?state=FAILED&limit=5").json()

        assert (body["total"], body["limit"]) == (1, 5)
        assert body["items"][0]["id"] == str(failed.pk)

    def test_asks_the_database_equally_often_for_many(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(7):
            submission()

        with django_assert_num_queries(2):
            client.get("/api/v1/submissions")


@pytest.mark.usefixtures("suite")
class TestOperate:
    def test_lets_the_holder_of_the_token_stop_go_on_and_measure_again(self) -> None:
        made = post(Client(), ORDER).json()
        bearer = {"Authorization": f"Bearer {made['token']}"}
        address = f"/api/v1/submissions/{made['id']}"

        def ask(what: str) -> Any:
            return Client().post(
                f"{address}/{what}", content_type="application/json", headers=bearer
            )

        answers = [ask(each) for each in ("resume", "cancel", "cancel", "resume", "rerun")]
        ask("cancel")
        again = ask("rerun")

        assert [each.status_code for each in answers] == [409, 200, 409, 200, 409]
        assert again.status_code == 201
        assert again.json()["id"] != made["id"]

    @pytest.mark.parametrize("what", ["cancel", "resume", "rerun"])
    def test_refuses_somebody_else(self, what: str) -> None:
        made = post(Client(), ORDER).json()
        address = f"/api/v1/submissions/{made['id']}/{what}"

        answer = Client().post(address, content_type="application/json")

        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_YOURS")
