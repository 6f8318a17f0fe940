"""The two answers of a battle as they are written: one connection of server-sent events.

Text frames carry a side and text and nothing else. Each has an id, so a browser that lost its
connection goes on where it was. The page is told to look at the rows when the stream ends. A web
process that is told to stop ends its streams with `restart`, and their readers come back.
"""

import json
from collections.abc import AsyncIterator
from random import SystemRandom
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from arena import streams
from leaderboard.api.callers import KnownCaller
from leaderboard.api.errors import ApiRefused
from leaderboard.battling import battles
from leaderboard.web import stopping

RETRY_MS = 1000
RETURN_MS = (100, 1000)  # after a restart, not all readers at once
random = SystemRandom()


@require_GET
def stream(request: HttpRequest, battle_id: UUID) -> HttpResponseBase:
    """Send the answers to the person whose battle it is, from the last frame they have."""
    turn_id = _turn_id(request, battle_id)
    last_id = request.headers.get("Last-Event-ID", streams.FIRST)
    response = StreamingHttpResponse(
        events(streams.read(turn_id, last_id)), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def events(frames: AsyncIterator[tuple[str, streams.Frame]]) -> AsyncIterator[str]:
    """Spell frames as server-sent events; the last one is `end`."""
    yield f"retry: {RETRY_MS}\n\n"
    async for frame_id, frame in frames:
        if frame.is_last:
            yield "event: end\ndata: {}\n\n"
            return
        yield _event(frame_id, frame)
        if stopping.is_told():
            yield f"retry: {random.randint(*RETURN_MS)}\nevent: restart\ndata: {{}}\n\n"
            return


def _event(frame_id: str, frame: streams.Frame) -> str:
    if frame.kind not in ("text", "anew"):
        return ": alive\n\n"
    data = json.dumps({"side": frame.side, "text": frame.text})
    return f"id: {frame_id}\nevent: {frame.kind}\ndata: {data}\n\n"


def _turn_id(request: HttpRequest, battle_id: UUID) -> int:
    """Return the newest turn of a battle of whoever asks, by cookie or token, or raise Http404."""
    try:
        caller = KnownCaller("vote")(request)
    except ApiRefused as refusal:
        raise Http404(str(refusal)) from refusal
    battle = battles.of_voter(battle_id, caller.key)
    return battles.newest_turn(battle).pk
