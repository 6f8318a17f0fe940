"""Submissions for programs: ask for a contender to be ranked, follow its evaluation."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Query, Router, Status

from evals import repeats, reproduction, runs, submissions
from evals.models import EvalRun, Submission
from evals.queue import Forecast
from evals.submissions import Submitter
from leaderboard.api.callers import AnyCaller, ApiRequest, KnownCaller
from leaderboard.api.errors import ApiRefused, refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.api.submission_shapes import (
    QueueOut,
    QueuePlaceOut,
    SubmissionDetailOut,
    SubmissionIn,
    SubmissionOut,
    SubmittedOut,
    submission_detail_out,
    submission_out,
    submitted_out,
)
from leaderboard.submitting import submission_page
from workers import tasks

router = Router(tags=["Submissions"])


class SubmissionsWanted(Piece):
    """Which submissions to return."""

    state: EvalRun.State | None = Field(default=None, description="Only those in this state.")


@router.post(
    "/submissions",
    auth=AnyCaller("submit"),
    operation_id="submit",
    summary="Submit a contender",
    response={
        200: SubmittedOut,
        201: SubmittedOut,
        **refusals(400, 401, 403, 413, 415, 429, 503),
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
        wishes=submission.wishes(),
        suite_key=submission.suite.strip(),
    )
    transaction.on_commit(tasks.ring_runs)
    response["Location"] = reverse("api:read_submission", args=[accepted.submission.pk])
    token = caller.token() if caller.user is None else None
    return Status(201 if accepted.is_new else 200, submitted_out(accepted, token))


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
    return wanted.listed((submission_out(each) for each in wanted.of(found)), total=found.count())


@router.get(
    "/submissions/{uuid:submission_id}",
    operation_id="read_submission",
    summary="Follow a submission",
    response={200: SubmissionDetailOut, **refusals(404)},
)
def read_submission(request: HttpRequest, submission_id: UUID) -> SubmissionDetailOut:
    """Read how far an evaluation has come, and what it measured."""
    return submission_detail_out(_read(submission_id))


@router.post(
    "/submissions/{uuid:submission_id}/cancel",
    auth=KnownCaller(),
    operation_id="cancel_submission",
    summary="Stop a submission",
    response={200: SubmissionDetailOut, **refusals(400, 403, 404, 409, 413, 415)},
)
def cancel(request: ApiRequest, submission_id: UUID) -> SubmissionDetailOut:
    """Stop its run: at once where it waits, within seconds where it is measured."""
    submission = _own(request, submission_id)
    try:
        runs.request_cancel(run=submission.run, now=timezone.now())
    except runs.AlreadyFinished as over:
        raise ApiRefused(409, "ALREADY_FINISHED", "It had finished before.") from over
    return submission_detail_out(_read(submission_id))


@router.post(
    "/submissions/{uuid:submission_id}/resume",
    auth=KnownCaller(),
    operation_id="resume_submission",
    summary="Go on with a submission",
    response={200: SubmissionDetailOut, **refusals(400, 403, 404, 409, 413, 415)},
)
def resume(request: ApiRequest, submission_id: UUID) -> SubmissionDetailOut:
    """Go on with a run that failed or was stopped, after its last finished benchmark."""
    submission = _own(request, submission_id)
    try:
        repeats.resume(run=submission.run, now=timezone.now())
    except repeats.NotRepeatable as refusal:
        raise ApiRefused(409, refusal.code, str(refusal)) from refusal
    transaction.on_commit(tasks.ring_runs)
    return submission_detail_out(_read(submission_id))


@router.post(
    "/submissions/{uuid:submission_id}/rerun",
    auth=KnownCaller(),
    operation_id="rerun_submission",
    summary="Measure a submission again",
    response={201: SubmissionDetailOut, **refusals(400, 403, 404, 409, 413, 415, 429)},
)
def rerun(
    request: ApiRequest, response: HttpResponse, submission_id: UUID
) -> Status[SubmissionDetailOut]:
    """Measure it again from the start; the earlier run stays on record."""
    submission, caller = _own(request, submission_id), request.auth
    try:
        again = repeats.rerun(
            submission=submission,
            by=Submitter(caller.user, caller.key),
            now=timezone.now(),
            is_limited=not (caller.user and caller.user.is_staff),
        )
    except repeats.NotRepeatable as refusal:
        raise ApiRefused(409, refusal.code, str(refusal)) from refusal
    transaction.on_commit(tasks.ring_runs)
    response["Location"] = reverse("api:read_submission", args=[again.pk])
    return Status(201, submission_detail_out(_read(again.pk)))


@router.get(
    "/submissions/{uuid:submission_id}/results",
    operation_id="read_results",
    summary="Read results as lm-eval writes them",
    response={200: dict[str, Any], **refusals(404)},
)
def read_results(request: HttpRequest, submission_id: UUID) -> dict[str, Any]:
    """Read a finished run in the format of lm-eval's results file."""
    submission = _read(submission_id)
    if submission.run.state != EvalRun.State.SUCCEEDED:
        raise Http404("It has not been measured to its end.")
    return reproduction.as_lm_eval(submission.run)


@router.get("/queue", operation_id="read_queue", summary="Read the queue", response=QueueOut)
def read_queue(request: HttpRequest) -> QueueOut:
    """Read who is measured and who waits, in the order of their turns."""
    forecast = Forecast.read(now=timezone.now())
    found = {run.pk: run for run in EvalRun.objects.unfinished().select_related("contender")}
    order = [*sorted(forecast.shares), *forecast.waiting]
    places = [
        QueuePlaceOut(
            contender=found[pk].contender.slug,
            state=EvalRun.State(found[pk].state),
            position=forecast.position(found[pk]),
            eta_s=forecast.eta_s(found[pk]),
        )
        for pk in order
        if pk in found and found[pk].contender.is_listed
    ]
    return QueueOut(waiting=len(forecast.waiting), running=len(forecast.shares), places=places)


def _own(request: ApiRequest, submission_id: UUID) -> Submission:
    submission, caller = _read(submission_id), request.auth
    if not submission_page.may_operate(
        submission,
        user_id=caller.user.pk if caller.user else None,
        is_staff=bool(caller.user and caller.user.is_staff),
        key=caller.key,
    ):
        raise ApiRefused(403, "NOT_YOURS", "Only who submitted it, and staff, can do that.")
    return submission


def _public() -> QuerySet[Submission]:
    return Submission.objects.filter(contender__is_listed=True).select_related(
        "contender", "run__suite"
    )


def _read(submission_id: UUID) -> Submission:
    found = _public().filter(pk=submission_id).first()
    if found is None:
        raise Http404("There is no such submission.")
    return found
