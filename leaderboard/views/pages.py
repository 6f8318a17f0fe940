"""What a reader sees where there is nothing to see: each says what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that leads nowhere."""
    said = str(exception.args[0]) if exception.args and isinstance(exception.args[0], str) else ""
    sentence = said or _("That address leads nowhere, or what stood here has left the board.")
    return _problem(request, 404, _("Not on the card"), sentence)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for something that this reader may not do."""
    sentence = str(exception) or _("That is for somebody else to do.")
    return _problem(request, 403, _("Not allowed"), sentence)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer for a request that makes no sense."""
    return _problem(request, 400, _("That did not make sense"), _("Go back and try it again."))


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer for a form that came without its token."""
    sentence = _("The form was open too long, or cookies are off. Go back, reload, send it again.")
    return _problem(request, 403, _("That form has expired"), sentence)


def _problem(request: HttpRequest, code: int, title: str, sentence: str) -> HttpResponse:
    context = {"code": code, "title": title, "sentence": sentence}
    return render(request, "pages/problem.html", context, status=code)
