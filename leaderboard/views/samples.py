"""The questions behind a score: read them, or take the file."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evals import samples
from evals.models import Contender
from leaderboard.boards import board
from leaderboard.comparing import sample_browser
from leaderboard.comparing.sample_browser import NoSuchQuestions, Wanted

PARQUET = "application/vnd.apache.parquet"


@require_safe
def browse(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the questions of one benchmark with the answers that were given."""
    contender = get_object_or_404(Contender.objects.listed(), slug=slug)
    wanted = Wanted.asked(request.GET.dict())
    try:
        page = sample_browser.read(contender, board.suite_named(wanted.suite), wanted)
    except NoSuchQuestions as absence:
        raise Http404(str(absence)) from absence
    return render(request, "samples/index.html", {"page": page})


@require_safe
def download(request: HttpRequest, slug: str, benchmark: str) -> FileResponse:
    """Send the Parquet file of one benchmark."""
    contender = get_object_or_404(Contender.objects.listed(), slug=slug)
    suite = board.suite_named(request.GET.get("suite", ""))
    try:
        held = samples.file_of(sample_browser.score_of(contender, suite, benchmark))
    except (NoSuchQuestions, samples.SamplesMissing) as absence:
        raise Http404(str(absence)) from absence
    name = f"{slug}-{benchmark}.parquet"
    return FileResponse(held.open("rb"), as_attachment=True, filename=name, content_type=PARQUET)
