"""The OpenAPI document is valid and true, and the reference page loads nothing from elsewhere."""

import re
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from evals.models import Submission
from leaderboard.api.callers import Caller
from leaderboard.api.root import api
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

OPERATIONS = {
    "submit": "POST /api/v1/submissions",
    "list_submissions": "GET /api/v1/submissions",
    "read_submission": "GET /api/v1/submissions/{submission_id}",
    "cancel_submission": "POST /api/v1/submissions/{submission_id}/cancel",
    "resume_submission": "POST /api/v1/submissions/{submission_id}/resume",
    "rerun_submission": "POST /api/v1/submissions/{submission_id}/rerun",
    "read_results": "GET /api/v1/submissions/{submission_id}/results",
    "read_queue": "GET /api/v1/queue",
    "upload": "POST /api/v1/uploads",
    "import_results": "POST /api/v1/contenders/{slug}/results",
    "list_contenders": "GET /api/v1/contenders",
    "list_samples": "GET /api/v1/contenders/{slug}/samples",
    "read_contender": "GET /api/v1/contenders/{slug}",
    "read_stack": "GET /api/v1/contenders/{slug}/stack",
    "read_board": "GET /api/v1/board",
    "compare": "GET /api/v1/compare",
    "start_battle": "POST /api/v1/battles",
    "read_battle": "GET /api/v1/battles/{battle_id}",
    "start_conversation": "POST /api/v1/conversations",
    "ask_on": "POST /api/v1/battles/{battle_id}/turns",
    "stop_battle": "POST /api/v1/battles/{battle_id}/stop",
    "leave_battle": "POST /api/v1/battles/{battle_id}/leave",
    "give_reasons": "PUT /api/v1/battles/{battle_id}/reasons",
    "share_battle": "PUT /api/v1/battles/{battle_id}/shared",
    "unshare_battle": "DELETE /api/v1/battles/{battle_id}/shared",
    "cast_vote": "POST /api/v1/battles/{battle_id}/vote",
    "list_votes": "GET /api/v1/votes",
    "list_ratings": "GET /api/v1/ratings",
    "read_rating_history": "GET /api/v1/ratings/history/{slug}",
    "read_matrix": "GET /api/v1/ratings/matrix",
    "list_pairs": "GET /api/v1/ratings/pairs",
    "list_cases": "GET /api/v1/moderation/cases",
    "import_prompts": "POST /api/v1/prompt-sets",
    "list_prompt_sets": "GET /api/v1/prompt-sets",
    "offer_prompts": "PATCH /api/v1/prompt-sets/{key}",
    "list_rulings": "GET /api/v1/moderation/rulings",
    "make_ruling": "POST /api/v1/moderation/battles/{battle_id}/rulings",
    "erase_conversation": "DELETE /api/v1/battles/{battle_id}/conversation",
    "report_battle": "POST /api/v1/battles/{battle_id}/reports",
    "report_shared": "POST /api/v1/shared/{key}/reports",
    "undo_ruling": "POST /api/v1/moderation/rulings/{ruling_id}/undo",
    "list_events": "GET /api/v1/changelog",
}


@pytest.fixture
def document(client: Client) -> Any:
    """Return the document as a program reads it."""
    return client.get("/api/v1/openapi.json").json()


def refusal(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(response.json()) <= {"type", "title", "status", "code", "detail", "problems"}
    return response.status_code, response.json()["code"]


def assert_fits(body: Any, document: Any, shape: str) -> None:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    Draft202012Validator(schema).validate(body)


class TestDocument:
    def test_describes_every_endpoint(self, document: Any) -> None:
        found = {
            operation["operationId"]: f"{method.upper()} {path}"
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

        assert found == OPERATIONS

    def test_has_valid_schemas_and_no_loose_reference(self, document: Any) -> None:
        schemas = document["components"]["schemas"]

        for schema in schemas.values():
            Draft202012Validator.check_schema(schema)
        references = set(re.findall(r"#/components/schemas/(\w+)", str(document)))

        assert document["openapi"].startswith("3.1")
        assert references <= set(schemas)

    def test_says_how_each_endpoint_refuses(self, document: Any) -> None:
        for methods in document["paths"].values():
            for operation in methods.values():
                statuses = set(operation["responses"])
                assert operation["summary"]
                assert operation["description"]
                assert "requestBody" not in operation or {"400", "413", "415"} <= statuses

    @pytest.mark.parametrize("address", ["board", "ratings", "contenders", "submissions"])
    def test_is_true_of_what_is_answered(self, client: Client, document: Any, address: str) -> None:
        suite = factories.suite()
        run = factories.run(factories.adapter(), suite)
        factories.score(run, suite.benchmarks.get(position=0))
        factories.rating(factories.snapshot(), run.contender)
        operation = document["paths"][f"/api/v1/{address}"]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]

        body = client.get(f"/api/v1/{address}").json()

        assert_fits(body, document, schema["$ref"].rsplit("/", 1)[1])

    def test_is_true_of_what_one_submission_tells(self, client: Client, document: Any) -> None:
        run = factories.run(factories.model(), factories.suite())
        made = Submission.objects.create(contender=run.contender, run=run, created_at=NOON)

        body = client.get(f"/api/v1/submissions/{made.pk}").json()

        assert_fits(body, document, "SubmissionDetailOut")

    def test_is_true_of_what_a_battle_tells(self, client: Client, document: Any) -> None:
        battle = factories.battle(voter="ada")
        factories.vote(battle)
        headers = {"authorization": f"Bearer {Caller('ada').token()}"}

        body = client.get(f"/api/v1/battles/{battle.pk}", headers=headers).json()

        assert_fits(body, document, "BattleOut")


class TestReference:
    def test_is_where_the_root_leads(self, client: Client) -> None:
        assert client.get("/api/v1/").headers["Location"] == "/api/v1/docs"

    def test_shows_every_endpoint_and_shape(self, client: Client) -> None:
        html = client.get("/api/v1/docs").content.decode()

        for name in OPERATIONS:
            assert f'id="{name}"' in html
        for name in api.get_openapi_schema()["components"]["schemas"]:
            assert f'id="shape-{name}"' in html

    def test_loads_nothing_from_another_host(self, client: Client) -> None:
        html = client.get("/api/v1/docs").content.decode()

        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', html)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)


class TestEveryRefusal:
    def test_has_one_shape_at_an_unknown_address(self, client: Client) -> None:
        for address in ("/api/v1/nothing", "/api/v1/board/../../etc/passwd"):
            assert refusal(client.get(address)) == (404, "NOT_FOUND")
        assert refusal(client.post("/api/v1/nothing")) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
    def test_has_one_shape_for_an_unknown_method(self, client: Client, method: str) -> None:
        response = getattr(client, method)("/api/v1/board")

        assert refusal(response) == (405, "METHOD_NOT_ALLOWED")
        assert response.headers["Allow"] == "GET"
