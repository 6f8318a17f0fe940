"""Whatever the OpenAPI document allows or forbids, the API answers as the document says.

`make bad-input-test` sends 2,000 cases; here are a few of each endpoint.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from tests import factories, standin_hub
from tests.leaderboard.voting import opponents

OPERATIONS = 18  # about so many
CASES = max(5, int(os.environ.get("BAD_INPUT_CASES", "0")) // OPERATIONS // 2)
NOT_OURS = [
    positive_data_acceptance,  # a well-formed request may be refused: no such model, too many
    ignored_auth,  # reading needs no token
]


@pytest.fixture
def document(transactional_db: None, settings: Settings, static_site: None) -> Iterator[BaseSchema]:
    """Return the document of a site with something on it, and a hub that answers."""
    settings.DEFAULT_SUITE = factories.suite("tiny").key
    settings.SUBMISSIONS_PER_DAY = settings.MAX_OPEN_BATTLES = 10**6
    opponents()
    with standin_hub.serve() as hub:
        settings.HUB_URL = hub.url
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def test_of_the_api_is_true(document: BaseSchema) -> None:
    sent = 0
    for found in document.get_all_operations():
        for mode in GenerationMode:
            operation: Any = found
            sent += send_all(operation.ok(), mode)
    assert sent >= OPERATIONS


def send_all(operation: Any, mode: GenerationMode) -> int:
    """Send as many cases of an operation as there are to be sent; return how many that were."""
    sent = 0

    @hypothesis_settings(
        max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.validate_response(case.call(), excluded_checks=NOT_OURS)

    with suppress(Unsatisfiable):  # nothing can be wrong with no input
        send()
    return sent
