"""An adapter that lies on its maker's own disk, handed in by a program and ranked."""

from dataclasses import replace

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from evals import orders, submissions, uploads
from leaderboard.api.callers import ApiRequest, Uploader
from leaderboard.api.errors import refusals
from leaderboard.api.submission_shapes import SubmittedOut, UploadIn, submitted_out
from workers import tasks

router = Router(tags=["Submissions"])


@router.post(
    "/uploads",
    auth=Uploader("submit"),
    operation_id="upload",
    summary="Upload an adapter",
    response={
        200: SubmittedOut,
        201: SubmittedOut,
        **refusals(400, 401, 403, 413, 415, 429, 503),
    },
)
def upload(
    request: ApiRequest,
    response: HttpResponse,
    submission: Form[UploadIn],
    files: File[list[UploadedFile]],
) -> Status[SubmittedOut]:
    """Have an adapter's plain files ranked: `adapter_config.json` and `adapter_model.safetensors`.

    Multipart; archives and pickles are refused. The same content again answers 200 with the first.
    """
    caller, order = request.auth, submission.order()
    orders.check_permission(order, submitter=caller.user, is_operator=False)
    order = replace(order, locator=uploads.keep(uploads.named(files)))
    try:
        accepted = submissions.submit(
            order=order,
            submitter=caller.user,
            submitter_key=caller.key,
            now=timezone.now(),
            wishes=submission.wishes(),
            suite_key=submission.suite.strip(),
        )
    except submissions.Refused:
        uploads.forget_unused(order.locator)
        raise
    transaction.on_commit(tasks.ring_runs)
    response["Location"] = reverse("api:read_submission", args=[accepted.submission.pk])
    token = caller.token() if caller.user is None else None
    return Status(201 if accepted.is_new else 200, submitted_out(accepted, token))
