"""Scores that lm-eval measured elsewhere, handed in by a program and kept as reported."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from ninja import Body, Field, Router, Schema, Status

from evals import importing, orders, suites
from evals.models import Contender
from evals.orders import Order
from evals.submissions import Submitter
from leaderboard.api.callers import AnyCaller, ApiRequest
from leaderboard.api.errors import ApiRefused, refusals

router = Router(tags=["Submissions"])


class ImportedOut(Schema):
    """What became of a results file."""

    submission: UUID
    scores: int = Field(description="Shown as reported.")
    passed_over: list[str] = Field(description="Benchmarks that are missing, each with why.")


@router.post(
    "/contenders/{slug:slug}/results",
    auth=AnyCaller("submit"),
    operation_id="import_results",
    summary="Import results",
    response={201: ImportedOut, **refusals(400, 401, 403, 404, 413, 415, 429)},
)
def import_results(
    request: ApiRequest, slug: str, report: Body[dict[str, Any]], suite: str = ""
) -> Status[ImportedOut]:
    """Keep the scores of lm-eval's results JSON as reported; what was asked otherwise is named."""
    contender = Contender.objects.listed().filter(slug=slug).first()
    if contender is None:
        raise Http404("There is no such contender.")
    caller = request.auth
    order = Order(kind=contender.kind, source=Contender.Source.HUB, locator="")
    orders.check_permission(order, submitter=caller.user, is_operator=False)
    try:
        chosen = suites.named(suite)
    except suites.SuiteMissing as error:
        raise ApiRefused(400, "SUITE_UNKNOWN", str(error)) from error
    imported = importing.keep(
        content=request.body,
        contender=contender,
        suite=chosen,
        by=Submitter(caller.user, caller.key),
        now=timezone.now(),
        is_limited=not (caller.user and caller.user.is_staff),
    )
    return Status(
        201,
        ImportedOut(
            submission=imported.submission.pk,
            scores=imported.scores,
            passed_over=list(imported.passed_over),
        ),
    )
