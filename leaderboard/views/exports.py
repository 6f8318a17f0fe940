"""The data set for everybody: a page, and files that are written while they are read."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from arena import export_files, exports
from arena.models import Consent
from leaderboard.battling.voters import voter_key


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Say what can be had, and under which columns."""
    columns = export_files.COLUMNS["conversations"]
    return render(request, "exports/index.html", {"columns": columns})


@require_GET
async def file(request: HttpRequest, what: str, form: str) -> StreamingHttpResponse:
    """Send votes or conversations as JSON lines or Parquet."""
    if what not in export_files.COLUMNS or form not in export_files.TYPES:
        raise Http404(_("There is no such file."))
    everything = request.GET.get("all") == "1"
    portions = exports.votes(everything=everything) if what == "votes" else exports.conversations()
    pieces = export_files.pieces(portions, what=what, form=form)
    response = StreamingHttpResponse(_sent(pieces), content_type=export_files.TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{what}.{form}"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Take or withdraw a voter's word that their conversations may be published."""
    voter, now = voter_key(request), timezone.now()
    if request.POST.get("agreed") == "1":
        _agree(voter, now)
        messages.success(request, _("Your conversations are part of the data set from now on."))
    else:
        Consent.objects.filter(voter=voter).delete()
        messages.success(request, _("Your conversations are no longer part of the data set."))
    return redirect("vote-list")


def _agree(voter: str, now: datetime) -> None:
    Consent.objects.get_or_create(voter=voter, defaults={"given_at": now})


async def _sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read the database in its own thread, one portion when the last one has gone out."""
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
