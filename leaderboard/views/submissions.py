"""Submitting a contender, and following what becomes of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from evals import orders, repeats, reproduction, runs, submissions, uploads
from evals.models import Contender, EvalRun, Submission
from evals.submissions import Submitter
from leaderboard.battling.voters import known_key, voter_key
from leaderboard.submitting import submission_check, submission_list, submission_page, suggestions
from leaderboard.submitting.forms import SubmissionForm
from leaderboard.web.sayings import said
from workers import tasks


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask what is to be ranked; a POST submits it."""
    asked = _asked(request)
    if request.method == "POST":
        form = SubmissionForm(request.POST, request.FILES, **asked)
        return _submit(request, form) if form.is_valid() else _form(request, form, status=400)
    return _form(request, SubmissionForm(initial=_prefilled(request), **asked))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Say field by field what a submission would be refused for, or what it would become."""
    form = SubmissionForm(request.POST, **_asked(request))
    checked = submission_check.check(form, submitter=_account(request))
    return render(request, "submissions/_checked.html", {"checked": checked})


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what became of what was submitted."""
    page = submission_list.read(number=request.GET.get("page", "1"))
    return render(request, "submissions/index.html", {"page": page})


@never_cache
@require_safe
def detail(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Show where one submission stands; htmx asks for the moving part alone."""
    submission = _found(submission_id)
    context = {
        "page": submission_page.read(submission, now=timezone.now()),
        "may_operate": _may_operate(request, submission),
    }
    is_fragment = "HX-Request" in request.headers
    template = "submissions/_progress.html" if is_fragment else "submissions/detail.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
def results(request: HttpRequest, submission_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Answer with a finished run in the format of lm-eval's results file."""
    submission = _found(submission_id)
    if submission.run.state != EvalRun.State.SUCCEEDED:
        raise Http404(_("It has not been measured to its end: there are no results yet."))
    answer = JsonResponse(reproduction.as_lm_eval(submission.run), json_dumps_params={"indent": 2})
    name = f"results_{submission.contender.slug}_{submission.run.suite.key}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def cancel(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Stop the run of a submission."""
    submission = _own(request, submission_id)
    try:
        runs.request_cancel(run=submission.run, now=timezone.now())
    except runs.AlreadyFinished:
        messages.info(request, _("It had finished before it could be stopped."))
    else:
        messages.success(request, _("The run is being stopped."))
    return redirect("submission-detail", submission.pk)


@require_POST
def resume(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Go on with a run that ended early."""
    submission = _own(request, submission_id)
    try:
        repeats.resume(run=submission.run, now=timezone.now())
    except repeats.NotRepeatable as refusal:
        messages.error(request, str(refusal))
    else:
        transaction.on_commit(tasks.ring_runs)
        messages.success(request, _("It goes on where it stopped."))
    return redirect("submission-detail", submission.pk)


@require_POST
def rerun(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """Measure it again from the start."""
    submission = _own(request, submission_id)
    try:
        again = repeats.rerun(
            submission=submission,
            by=Submitter(_account(request), voter_key(request)),
            now=timezone.now(),
            is_limited=not request.user.is_staff,
        )
    except (repeats.NotRepeatable, submissions.Refused) as refusal:
        messages.error(request, str(refusal))
        return redirect("submission-detail", submission.pk)
    transaction.on_commit(tasks.ring_runs)
    messages.success(request, _("It is measured again; the earlier run stays on record."))
    return redirect("submission-detail", again.pk)


def _submit(request: HttpRequest, form: SubmissionForm) -> HttpResponse:
    order = form.order()
    try:
        if order.source == Contender.Source.UPLOAD:
            orders.check_permission(order, submitter=_account(request), is_operator=False)
            files = uploads.named(form.cleaned_data.get("uploaded") or [])
            order = replace(order, locator=uploads.keep(files))
        accepted = submissions.submit(
            order=order,
            submitter=_account(request),
            submitter_key=voter_key(request),
            now=timezone.now(),
            wishes=form.wishes(),
            suite_key=form.cleaned_data.get("suite", ""),
        )
    except submissions.Refused as refusal:
        if order.source == Contender.Source.UPLOAD:
            uploads.forget_unused(order.locator)
        form.refuse(refusal.problems)
        return _form(request, form, status=refusal.status)
    transaction.on_commit(tasks.ring_runs)
    if not accepted.is_new:
        messages.info(request, _("It was submitted before: this is where it stands."))
    for warning in accepted.warnings:
        messages.warning(request, said(warning))
    return redirect("submission-detail", accepted.submission.pk)


def _form(request: HttpRequest, form: SubmissionForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "groups": form.groups(),
        "directories": suggestions.directories(form.kind),
    }
    return render(request, "submissions/new.html", context, status=status)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the form of this kind and this person offers."""
    kind = request.GET.get("kind", "").upper()
    return {
        "kind": kind if kind in Contender.Kind.values else Contender.Kind.MODEL.value,
        "parents": suggestions.parents(),
        "suites": suggestions.suites(),
        "has_email": bool(getattr(request.user, "email", "")),
    }


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    """Return what a link to the form fills in, and how this person likes to be told."""
    locator = request.GET.get("locator", "")
    is_directory = suggestions.is_directory(locator)
    return {
        "parent_slug": request.GET.get("parent", ""),
        "locator": locator,
        "source": (Contender.Source.DIRECTORY if is_directory else Contender.Source.HUB).value,
        "wants_email": getattr(request.user, "wants_email", False),
        "webhook_url": getattr(request.user, "webhook_url", ""),
    }


def _found(submission_id: UUID) -> Submission:
    related = Submission.objects.select_related("run__suite", "contender__parent")
    return get_object_or_404(related, pk=submission_id)


def _own(request: HttpRequest, submission_id: UUID) -> Submission:
    """Return a submission that this person may stop and repeat."""
    submission = _found(submission_id)
    if not _may_operate(request, submission):
        raise PermissionDenied(_("Only who submitted it, and staff, can do that."))
    return submission


def _account(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _may_operate(request: HttpRequest, submission: Submission) -> bool:
    user = request.user
    return submission_page.may_operate(
        submission, user_id=user.pk, is_staff=bool(user.is_staff), key=known_key(request)
    )
