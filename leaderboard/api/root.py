"""The API put together: every endpoint, every refusal, its OpenAPI document and its reference."""

from ninja import NinjaAPI

from leaderboard.api import (
    battles,
    board,
    compare,
    contenders,
    errors,
    events,
    ratings,
    samples,
    submissions,
    talks,
    votes,
)
from leaderboard.api.reference import Reference

DESCRIPTION = """\
Everything the site does, for programs. Reading needs nothing. `POST /battles` answers with a token
that proves the battle is yours: send it as `Authorization: Bearer …` to read it and to vote.
A refusal is always `{"code", "detail", "problems"?}`.
"""

api = NinjaAPI(
    title="Pound for Pound",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=Reference(),
)
errors.register(api)
for each in (
    submissions,
    contenders,
    samples,
    board,
    compare,
    battles,
    talks,
    votes,
    ratings,
    events,
):
    api.add_router("", each.router)
