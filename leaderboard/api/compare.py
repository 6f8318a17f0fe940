"""Contenders side by side, for programs: paired tests and battles."""

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from leaderboard.api.errors import ApiRefused, refusals
from leaderboard.battling.meetings import Meeting
from leaderboard.comparing import comparison
from leaderboard.comparing.comparison import Entry, Line
from leaderboard.comparing.comparison_view import AT_MOST, View
from leaderboard.comparing.paired_tests import Tested

router = Router(tags=["Board"])


class CompareWanted(Schema):
    """Who is compared."""

    c: list[str] = Field(min_length=1, max_length=AT_MOST, description="Slugs, reference first.")
    suite: str = Field(default="", description="Key; the default suite where empty.")


class TestedOut(Schema):
    """The difference from the reference on the questions that both were asked."""

    difference: float = Field(description="In the metric's own unit.")
    stderr: float | None = Field(description="Paired.")
    low: float = Field(description="95 % bootstrap interval over pairs.")
    high: float
    p_value: float | None = Field(description="McNemar's exact test; null where not right/wrong.")
    questions: int
    raised: int
    lowered: int
    verdict: str = Field(description="better, worse or noise.")


class ComparedOut(Schema):
    """One contender's score on one benchmark."""

    slug: str
    value: float | None
    stderr: float | None
    tested: TestedOut | None = Field(description="Null for the reference, or without questions.")


class LineOut(Schema):
    """One benchmark."""

    benchmark: str
    is_higher_better: bool
    scores: list[ComparedOut]


class MeetingOut(Schema):
    """Counted votes between two of them."""

    first: str
    second: str
    first_wins: int
    second_wins: int
    ties: int
    both_bad: int


class ComparisonOut(Schema):
    """Two to four contenders side by side."""

    suite: str | None
    reference: str
    contenders: list[str]
    lines: list[LineOut]
    meetings: list[MeetingOut]


@router.get(
    "/compare",
    operation_id="compare",
    summary="Compare contenders",
    response={200: ComparisonOut, **refusals(400, 404)},
)
def compare(request: HttpRequest, wanted: Query[CompareWanted]) -> ComparisonOut:
    """Compare two to four contenders; an adapter alone is compared with its parent."""
    slugs = tuple(dict.fromkeys(wanted.c))
    try:
        page = comparison.read(View(slugs=slugs, suite=wanted.suite))
    except comparison.NoSuchContender as absence:
        raise ApiRefused(404, "NO_SUCH_CONTENDER", str(absence)) from absence
    if not page.is_comparable:
        raise ApiRefused(400, "TOO_FEW", "Name two to four contenders, or one adapter.")
    names = [side.row.slug for side in page.sides]
    return ComparisonOut(
        suite=page.suite.key if page.suite else None,
        reference=names[0],
        contenders=names,
        lines=[_line(each, names) for each in page.lines],
        meetings=[_meeting(each) for each in page.meetings],
    )


def _line(line: Line, names: list[str]) -> LineOut:
    return LineOut(
        benchmark=line.benchmark.key,
        is_higher_better=line.benchmark.is_higher_better,
        scores=[_compared(entry, name) for entry, name in zip(line.entries, names, strict=True)],
    )


def _compared(entry: Entry, slug: str) -> ComparedOut:
    tested = _tested(entry.tested) if entry.tested else None
    return ComparedOut(slug=slug, value=entry.cell.value, stderr=entry.cell.stderr, tested=tested)


def _tested(tested: Tested) -> TestedOut:
    return TestedOut(
        difference=tested.difference,
        stderr=tested.stderr,
        low=tested.low,
        high=tested.high,
        p_value=tested.p_value,
        questions=tested.questions,
        raised=tested.raised,
        lowered=tested.lowered,
        verdict=tested.verdict,
    )


def _meeting(meeting: Meeting) -> MeetingOut:
    return MeetingOut(
        first=meeting.first.slug,
        second=meeting.second.slug,
        first_wins=meeting.first_wins,
        second_wins=meeting.second_wins,
        ties=meeting.ties,
        both_bad=meeting.both_bad,
    )
