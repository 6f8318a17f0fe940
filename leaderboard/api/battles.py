"""Battles for programs: ask, read the two answers, vote, learn who wrote them."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Status

from arena.models import Battle
from leaderboard.api.battle_shapes import (
    BattleIn,
    BattleOut,
    StartedOut,
    VoteIn,
    battle_out,
    started_out,
)
from leaderboard.api.callers import AnyCaller, ApiRequest, KnownCaller
from leaderboard.api.errors import refusals
from leaderboard.battling import battles

router = Router(tags=["Battles"])


@router.post(
    "/battles",
    auth=AnyCaller("vote"),
    operation_id="start_battle",
    summary="Start a battle",
    response={201: StartedOut, **refusals(400, 401, 403, 413, 415, 429, 503)},
)
def start_battle(
    request: ApiRequest, response: HttpResponse, battle: BattleIn
) -> Status[StartedOut]:
    """Put a prompt to two unnamed contenders; then read the battle until its state is READY.

    `GET /api/v1/battles/{battle_id}/stream` sends both answers meanwhile, as server-sent events.
    """
    caller = request.auth
    started = battles.start(voter=caller.key, prompt=battle.prompt, now=timezone.now())
    response["Location"] = reverse("api:read_battle", args=[started.pk])
    return Status(201, started_out(started, token=caller.token()))


@router.get(
    "/battles/{uuid:battle_id}",
    auth=KnownCaller("vote"),
    operation_id="read_battle",
    summary="Read a battle",
    response={200: BattleOut, **refusals(400, 401, 403, 404)},
)
def read_battle(request: ApiRequest, battle_id: UUID) -> BattleOut:
    """Read a battle of your own: its state, both answers when complete, names after the vote."""
    return battle_out(battles.of_voter(battle_id, request.auth.key))


@router.post(
    "/battles/{uuid:battle_id}/vote",
    auth=KnownCaller("vote"),
    operation_id="cast_vote",
    summary="Vote",
    response={200: BattleOut, 201: BattleOut, **refusals(400, 401, 403, 404, 409, 413, 415)},
)
def cast_vote(request: ApiRequest, battle_id: UUID, vote: VoteIn) -> Status[BattleOut]:
    """Judge a battle once, when both answers are complete. The same verdict again answers 200."""
    voter, now = request.auth.key, timezone.now()
    battle = battles.of_voter(battle_id, voter)
    cast = battles.judge(battle=battle, voter=voter, choice=vote.choice, now=now)
    battle.state = Battle.State.VOTED  # or it would have been refused
    return Status(201 if cast.cast_at == now else 200, battle_out(battle, cast))
