"""The API put together: every endpoint, every refusal, its OpenAPI document and its reference."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from leaderboard.api import (
    battles,
    board,
    compare,
    contenders,
    errors,
    events,
    moderation,
    prompt_sets,
    ratings,
    results,
    samples,
    stacks,
    submissions,
    talks,
    uploads,
    votes,
)
from leaderboard.api.reference import Reference
from leaderboard.web import problem_details

DESCRIPTION = """\
Everything the site does, for programs. Reading needs nothing. Send a token of your own page
(`/me/`) as `Authorization: Bearer p4p_…` to act as yourself; or the one that `POST /battles`
answers, which proves that the battle is yours. Lists come in pieces: `limit` and `offset`.
Every GET has an `ETag`. A refusal is `application/problem+json` (RFC 9457) with a stable `code`.
"""

REFUSED = 400


class Api(NinjaAPI):
    """The API; its document says that a token may be sent, and how refusals are."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document."""
        document = super().get_openapi_schema(**options)
        for methods in document["paths"].values():
            for operation in methods.values():
                if "security" in operation:
                    operation["security"] = [*operation["security"], {}]
                for status, response in operation["responses"].items():
                    if int(status) >= REFUSED and "content" in response:
                        [shape] = response["content"].values()
                        response["content"] = {problem_details.CONTENT_TYPE: shape}
        return document


api = Api(
    title="Pound for Pound",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=Reference(),
)
errors.register(api)
for each in (
    submissions,
    uploads,
    results,
    contenders,
    stacks,
    samples,
    board,
    compare,
    battles,
    talks,
    votes,
    ratings,
    events,
    moderation,
    prompt_sets,
):
    api.add_router("", each.router)
