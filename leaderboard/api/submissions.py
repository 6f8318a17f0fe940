"""Submissions for programs: ask for a contender to be ranked, follow its evaluation."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Query, Router, Status

from evals import submissions
from evals.models import EvalRun, Submission
from leaderboard.api.callers import AnyCaller, ApiRequest
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.api.submission_shapes import (
    SubmissionDetailOut,
    SubmissionIn,
    SubmissionOut,
    SubmittedOut,
    submission_detail_out,
    submission_out,
    submitted_out,
)
from workers import tasks

router = Router(tags=["Submissions"])


class SubmissionsWanted(Piece):
    """Which submissions to return."""

    state: EvalRun.State | None = Field(default=None, description="Only those in this state.")


@router.post(
    "/submissions",
    auth=AnyCaller(),
    operation_id="submit",
    summary="Submit a contender",
    response={
        200: SubmittedOut,
        201: SubmittedOut,
        **refusals(400, 403, 413, 415, 429, 503),
    },
)
def submit(
    request: ApiRequest, response: HttpResponse, submission: SubmissionIn
) -> Status[SubmittedOut]:
    """Ask for a contender to be ranked. One that is ranked already answers 200 with the first."""
    caller = request.auth
    accepted = submissions.submit(
        order=submission.order(),
        submitter=caller.user,
        submitter_key=caller.key,
        now=timezone.now(),
    )
    transaction.on_commit(tasks.ring_runs)
    response["Location"] = reverse("api:read_submission", args=[accepted.submission.pk])
    return Status(201 if accepted.is_new else 200, submitted_out(accepted))


@router.get(
    "/submissions",
    operation_id="list_submissions",
    summary="List submissions",
    response={200: Listed[SubmissionOut], **refusals(400)},
)
def list_submissions(
    request: HttpRequest, wanted: Query[SubmissionsWanted]
) -> Listed[SubmissionOut]:
    """List requests, newest first."""
    found = _public().order_by("-created_at", "pk")
    if wanted.state:
        found = found.filter(run__state=wanted.state)
    return Listed(
        total=found.count(),
        limit=wanted.limit,
        offset=wanted.offset,
        items=[submission_out(each) for each in wanted.of(found)],
    )


@router.get(
    "/submissions/{uuid:submission_id}",
    operation_id="read_submission",
    summary="Follow a submission",
    response={200: SubmissionDetailOut, **refusals(404)},
)
def read_submission(request: HttpRequest, submission_id: UUID) -> SubmissionDetailOut:
    """Read how far an evaluation has come, and what it measured."""
    return submission_detail_out(_read(submission_id))


def _public() -> QuerySet[Submission]:
    return Submission.objects.filter(contender__is_listed=True).select_related(
        "contender", "run__suite"
    )


def _read(submission_id: UUID) -> Submission:
    found = _public().filter(pk=submission_id).first()
    if found is None:
        raise Http404("There is no such submission.")
    return found
