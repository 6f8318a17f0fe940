"""What else programs do with battles: ask on, stop, leave, say why, share; and talk by name."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status

from arena import erasing, feedback, sharing
from arena.models import Battle
from leaderboard.api.battle_shapes import (
    BattleIn,
    BattleOut,
    ConversationIn,
    FeedbackIn,
    SharedOut,
    StartedOut,
    battle_out,
    started_out,
)
from leaderboard.api.callers import AnyCaller, ApiRequest, KnownCaller
from leaderboard.api.errors import refusals
from leaderboard.battling import battles

router = Router(tags=["Battles"])


@router.post(
    "/conversations",
    auth=AnyCaller(),
    operation_id="start_conversation",
    summary="Talk by name",
    response={201: StartedOut, **refusals(400, 403, 413, 415, 429, 503)},
)
def start_conversation(
    request: ApiRequest, response: HttpResponse, conversation: ConversationIn
) -> Status[StartedOut]:
    """Put a prompt to one contender, or to two side by side. It never counts and has no vote."""
    caller = request.auth
    started = battles.open_named(
        voter=caller.key,
        prompt=conversation.prompt,
        slugs=conversation.contenders,
        now=timezone.now(),
    )
    response["Location"] = reverse("api:read_battle", args=[started.pk])
    return Status(201, started_out(started, token=caller.token()))


@router.post(
    "/battles/{uuid:battle_id}/turns",
    auth=KnownCaller(),
    operation_id="ask_on",
    summary="Ask on",
    response={201: BattleOut, **refusals(400, 403, 404, 409, 413, 415, 503)},
)
def ask_on(request: ApiRequest, battle_id: UUID, turn: BattleIn) -> Status[BattleOut]:
    """Put another prompt to both sides, each with its own history, once both have answered."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    battles.ask(battle=battle, voter=voter, prompt=turn.prompt, now=timezone.now())
    return Status(201, _fresh(battle))


@router.post(
    "/battles/{uuid:battle_id}/stop",
    auth=KnownCaller(),
    operation_id="stop_battle",
    summary="Stop",
    response={202: BattleOut, **refusals(400, 403, 404, 409, 415)},
)
def stop_battle(request: ApiRequest, battle_id: UUID) -> Status[BattleOut]:
    """Have both answers end where they are. What both had shown is kept and can be judged."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    battles.stop(battle=battle, voter=voter, now=timezone.now())
    return Status(202, _fresh(battle))


@router.post(
    "/battles/{uuid:battle_id}/leave",
    auth=KnownCaller(),
    operation_id="leave_battle",
    summary="Leave",
    response={200: BattleOut, **refusals(400, 403, 404, 415)},
)
def leave_battle(request: ApiRequest, battle_id: UUID) -> BattleOut:
    """Give a battle up without a verdict. Names stay hidden, and that you left is recorded."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    battles.leave(battle=battle, voter=voter, now=timezone.now())
    return _fresh(battle)


@router.put(
    "/battles/{uuid:battle_id}/reasons",
    auth=KnownCaller(),
    operation_id="give_reasons",
    summary="Say why",
    response={200: BattleOut, **refusals(400, 403, 404, 409, 413, 415)},
)
def give_reasons(request: ApiRequest, battle_id: UUID, reasons: FeedbackIn) -> BattleOut:
    """Keep reasons and a comment with a vote that was cast, in place of earlier ones."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    feedback.tell(
        battle=battle,
        voter=voter,
        a=reasons.a,
        b=reasons.b,
        comment=reasons.comment,
        now=timezone.now(),
    )
    return battle_out(battle)


@router.put(
    "/battles/{uuid:battle_id}/shared",
    auth=KnownCaller(),
    operation_id="share_battle",
    summary="Share",
    response={200: SharedOut, **refusals(400, 403, 404, 409, 415)},
)
def share_battle(request: ApiRequest, battle_id: UUID) -> SharedOut:
    """Give a judged battle a public address that nobody can guess."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    shared = sharing.share(battle=battle, voter=voter, now=timezone.now())
    return SharedOut(url=request.build_absolute_uri(reverse("battle-shared", args=[shared.key])))


@router.delete(
    "/battles/{uuid:battle_id}/shared",
    auth=KnownCaller(),
    operation_id="unshare_battle",
    summary="Stop sharing",
    response={204: None, **refusals(400, 403, 404, 415)},
)
def unshare_battle(request: ApiRequest, battle_id: UUID) -> Status[None]:
    """Take the public address away for good."""
    voter = request.auth.key
    sharing.revoke(battle=battles.of_voter(battle_id, voter), voter=voter)
    return Status(204, None)


@router.delete(
    "/battles/{uuid:battle_id}/conversation",
    auth=KnownCaller(),
    operation_id="erase_conversation",
    summary="Delete what was said",
    response={204: None, **refusals(400, 403, 404, 415)},
)
def erase_conversation(request: ApiRequest, battle_id: UUID) -> Status[None]:
    """Delete prompts, answers and comment for good; a verdict stays, an open battle is left."""
    voter = request.auth.key
    battle = battles.of_voter(battle_id, voter)
    erasing.of_battle(battle=battle, voter=voter, now=timezone.now())
    return Status(204, None)


def _fresh(battle: Battle) -> BattleOut:
    battle.refresh_from_db(fields=["state"])
    return battle_out(battle)
