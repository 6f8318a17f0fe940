"""Reports for programs, and what staff do about them."""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from arena import reports
from arena.models import Battle, Report, Ruling, SharedBattle
from arena.reports import Complaint
from arena.rulings import Decision
from leaderboard.api.callers import ApiRequest, KnownCaller, StaffCaller, member
from leaderboard.api.choices import one_of
from leaderboard.api.errors import refusals
from leaderboard.api.paging import Listed, Piece
from leaderboard.battling import battles, moderating, moderation_page
from leaderboard.battling.moderation_page import Case
from leaderboard.web import staff
from leaderboard.web.networks import network_key

router = Router(tags=["Moderation"])
BIGGEST = 2**31 - 1


class ReportIn(Schema):
    """What is wrong, and where."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(description=f"One of {', '.join(Report.Reason.values)}.")
    words: str = Field(default="", description="In your words, at most 1,000 characters.")
    turn: int = Field(default=0, ge=0, le=9_999, description="Number of the turn; 0: all of it.")
    side: str = Field(default="", max_length=1, description='A or B; "": not one answer.')


class ReportOut(Schema):
    """A report as whoever made it may see it."""

    id: int
    reason: str = Field(json_schema_extra=one_of(Report.Reason))
    words: str
    turn: int
    side: str
    reported_at: datetime
    is_open: bool = Field(description="It waits for staff.")


class RulingIn(Schema):
    """What staff decide."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(description=f"One of {', '.join(Ruling.Kind.values)}.")
    reason: str = Field(default="", description="One line, as those concerned will read it.")
    days: int = Field(default=0, ge=0, le=9_999, description="How long to BLOCK the voter.")


class RulingOut(Schema):
    """One decision."""

    id: int
    battle: UUID
    kind: str = Field(json_schema_extra=one_of(Ruling.Kind))
    reason: str
    until: datetime | None = Field(description="When a block ends.")
    made_at: datetime
    made_by: str = Field(description='User name; "" when the account is gone.')
    undone_at: datetime | None = Field(description="Null while it is in force.")


class CaseOut(Schema):
    """A battle that people reported."""

    battle: UUID
    reports: list[ReportOut]
    rulings: list[RulingOut]


@router.post(
    "/battles/{uuid:battle_id}/reports",
    auth=KnownCaller(),
    operation_id="report_battle",
    summary="Report a battle",
    response={200: ReportOut, 201: ReportOut, **refusals(400, 401, 403, 404, 413, 415, 429)},
)
def report_battle(request: ApiRequest, battle_id: UUID, report: ReportIn) -> Status[ReportOut]:
    """Report a battle of your own, or an answer in it. Saying it again answers 200."""
    key = request.auth.key
    return _reported(battles.of_voter(battle_id, key), key, report)


@router.post(
    "/shared/{key}/reports",
    auth=KnownCaller(),
    operation_id="report_shared",
    summary="Report a shared battle",
    response={200: ReportOut, 201: ReportOut, **refusals(400, 401, 403, 404, 413, 415, 429)},
)
def report_shared(request: ApiRequest, key: str, report: ReportIn) -> Status[ReportOut]:
    """Report a battle that its voter shares; `key` is the end of its address."""
    if "\0" in key:  # PostgreSQL takes no such text
        raise Http404("There is no such battle.")
    shared = get_object_or_404(SharedBattle.objects.select_related("battle"), key=key)
    network = f"net-{network_key(request, now=timezone.now())}"  # of a caller without a key
    return _reported(shared.battle, request.auth.key or network, report)


@router.get(
    "/moderation/cases",
    auth=StaffCaller(staff.MODERATE),
    operation_id="list_cases",
    summary="List open cases",
    response={200: Listed[CaseOut], **refusals(400, 401, 403)},
)
def list_cases(request: ApiRequest, wanted: Query[Piece]) -> Listed[CaseOut]:
    """List the battles with open reports, the longest waiting first. For staff."""
    found = moderation_page.waiting()
    cases = moderation_page.cases(list(wanted.of(found)))
    return wanted.listed(map(_case, cases), total=found.count())


@router.get(
    "/moderation/rulings",
    auth=StaffCaller(staff.MODERATE),
    operation_id="list_rulings",
    summary="List decisions",
    response={200: Listed[RulingOut], **refusals(400, 401, 403)},
)
def list_rulings(request: ApiRequest, wanted: Query[Piece]) -> Listed[RulingOut]:
    """List what staff decided, newest first, undone or not. For staff."""
    found = Ruling.objects.select_related("made_by").order_by("-pk")
    return wanted.listed((_ruling(each) for each in wanted.of(found)), total=found.count())


@router.post(
    "/moderation/battles/{uuid:battle_id}/rulings",
    auth=StaffCaller(staff.MODERATE, "moderate"),
    operation_id="make_ruling",
    summary="Decide",
    response={201: RulingOut, **refusals(400, 401, 403, 404, 409, 413, 415)},
)
def make_ruling(request: ApiRequest, battle_id: UUID, ruling: RulingIn) -> Status[RulingOut]:
    """Decide about a battle; its open reports are closed with that. For staff."""
    battle = get_object_or_404(Battle, pk=battle_id)
    decision = Decision(**ruling.model_dump())
    made = moderating.decide(
        battle=battle, decision=decision, by=member(request), now=timezone.now()
    )
    return Status(201, _ruling(made))


@router.post(
    "/moderation/rulings/{int:ruling_id}/undo",
    auth=StaffCaller(staff.MODERATE, "moderate"),
    operation_id="undo_ruling",
    summary="Undo a decision",
    response={200: RulingOut, **refusals(400, 401, 403, 404, 415)},
)
def undo_ruling(request: ApiRequest, ruling_id: int) -> RulingOut:
    """Turn a decision round; its reports are open again. Doing it twice changes nothing."""
    rows = Ruling.objects.select_related("made_by")
    found = get_object_or_404(rows, pk=min(ruling_id, BIGGEST))
    moderating.undo(ruling=found, by=member(request), now=timezone.now())
    found.refresh_from_db(fields=["undone_at"])
    return _ruling(found)


def _reported(battle: Battle, reporter: str, report: ReportIn) -> Status[ReportOut]:
    made, is_new = reports.file(
        battle=battle,
        reporter=reporter,
        complaint=Complaint(**report.model_dump()),
        now=timezone.now(),
    )
    return Status(201 if is_new else 200, _report(made))


def _case(case: Case) -> CaseOut:
    return CaseOut(
        battle=case.battle.pk,
        reports=[_report(each) for each in case.reports],
        rulings=[_ruling(each) for each in case.rulings],
    )


def _report(report: Report) -> ReportOut:
    return ReportOut(
        id=report.pk,
        reason=report.reason,
        words=report.words,
        turn=report.turn,
        side=report.side,
        reported_at=report.reported_at,
        is_open=report.ruling_id is None,
    )


def _ruling(ruling: Ruling) -> RulingOut:
    return RulingOut(
        id=ruling.pk,
        battle=ruling.battle_id,
        kind=ruling.kind,
        reason=ruling.reason,
        until=ruling.until,
        made_at=ruling.made_at,
        made_by=ruling.made_by.username if ruling.made_by else "",
        undone_at=ruling.undone_at,
    )
