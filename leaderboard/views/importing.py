"""Handing in what lm-eval measured elsewhere, to be shown as reported."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from evals import importing, orders, suites
from evals.models import Contender
from evals.orders import Order
from evals.problems import Problem, Refused
from evals.submissions import Submitter
from leaderboard.battling.voters import voter_key
from leaderboard.submitting import suggestions


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for lm-eval's results file; a POST keeps its scores."""
    contender = get_object_or_404(Contender.objects.listed(), slug=slug)
    if request.method != "POST":
        return _form(request, contender)
    try:
        imported = _keep(request, contender)
    except suites.SuiteMissing as error:
        return _form(request, contender, [Problem("suite", "SUITE_UNKNOWN", str(error))], 400)
    except Refused as refusal:
        return _form(request, contender, list(refusal.problems), refusal.status)
    for reason in imported.passed_over:
        messages.warning(request, _("Passed over %(reason)s.") % {"reason": reason})
    messages.success(
        request,
        ngettext(
            "%(scores)s score is shown as reported.",
            "%(scores)s scores are shown as reported.",
            imported.scores,
        )
        % {"scores": imported.scores},
    )
    return redirect("submission-detail", imported.submission.pk)


def _keep(request: HttpRequest, contender: Contender) -> importing.Imported:
    user = request.user if isinstance(request.user, User) else None
    order = Order(kind=contender.kind, source=Contender.Source.HUB, locator="")
    orders.check_permission(order, submitter=user, is_operator=False)
    file = request.FILES.get("file")
    return importing.keep(
        content=file.read(importing.BYTES_MAX + 1) if file else b"",
        contender=contender,
        suite=suites.named(request.POST.get("suite", "")),
        by=Submitter(user, voter_key(request)),
        now=timezone.now(),
        is_limited=not request.user.is_staff,
    )


def _form(
    request: HttpRequest,
    contender: Contender,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "contender": contender,
        "suites": suggestions.suites(),
        "problems": problems or [],
    }
    return render(request, "submissions/import.html", context, status=status)
