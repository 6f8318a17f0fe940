"""Orders for tests, and what it takes to see one refused."""

from typing import Any

import pytest

from evals import submissions
from evals.models import Contender, EvalRun, Submission
from evals.submissions import Order, Refused
from tests.conftest import NOON

HUB = Order(kind="MODEL", source="HUB", locator="acme/heron")
DIRECTORY = Order(kind="MODEL", source="DIRECTORY", locator="models/heron")
ADAPTER = Order(
    kind="ADAPTER", source="DIRECTORY", locator="adapters/instruct", parent_slug="heron"
)
API = Order(
    kind="BASELINE", source="API", locator="https://api.example.com/v1", api_model="big-one"
)


def refused(order: Order, **options: Any) -> Refused:
    """Return the refusal of an order; it must leave nothing behind."""
    before = (Contender.objects.count(), EvalRun.objects.count(), Submission.objects.count())
    given: dict[str, Any] = {"submitter": None, "submitter_key": "ada", "now": NOON} | options
    with pytest.raises(Refused) as found:
        submissions.submit(order=order, **given)
    assert before == (
        Contender.objects.count(),
        EvalRun.objects.count(),
        Submission.objects.count(),
    )
    assert all(len(problem.sentence) > 20 for problem in found.value.problems)
    return found.value


def codes(refusal: Refused) -> set[str]:
    return {problem.code for problem in refusal.problems}
