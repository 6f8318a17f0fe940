"""Prompt sets for programs of the staff: list them, add prompts, offer one or hold it back."""

import json
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from arena import prompts
from arena.models import PromptSet
from leaderboard.api.callers import ApiRequest, StaffCaller, member
from leaderboard.api.errors import refusals
from leaderboard.battling import prompt_set_page
from leaderboard.web import staff

router = Router(tags=["Moderation"])


class PromptSetIn(Schema):
    """Prompts to add to a set, which is made if it is not there."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="Small letters, digits, - and _.")
    title: str = Field(default="", description="Of a new set.")
    prompts: list[dict[str, Any]] = Field(
        description="Objects with theme and text, or category and prompt, or turns."
    )


class OfferIn(Schema):
    """Whether a set is suggested and prepared."""

    model_config = ConfigDict(extra="forbid")

    is_offered: bool


class PromptSetOut(Schema):
    """One set."""

    key: str
    title: str
    prompts: int
    themes: int
    prepared: int = Field(description="Answered battles over its prompts that wait for a judge.")
    battles: int = Field(description="Blind battles over its prompts in all.")
    is_offered: bool


class ImportedOut(Schema):
    """What an import did."""

    added: int
    known: int = Field(description="Were in the set before, or were sent twice.")


@router.get(
    "/prompt-sets",
    auth=StaffCaller(staff.KEEP_PROMPTS),
    operation_id="list_prompt_sets",
    summary="List prompt sets",
    response={200: list[PromptSetOut], **refusals(400, 401, 403)},
)
def list_prompt_sets(request: ApiRequest) -> list[PromptSetOut]:
    """List every set of prompts. For staff."""
    return [
        PromptSetOut(
            key=each.prompt_set.key,
            title=each.prompt_set.title,
            prompts=each.prompts,
            themes=each.themes,
            prepared=each.prepared,
            battles=each.battles,
            is_offered=each.prompt_set.is_offered,
        )
        for each in prompt_set_page.lines()
    ]


@router.post(
    "/prompt-sets",
    auth=StaffCaller(staff.KEEP_PROMPTS, "moderate"),
    operation_id="import_prompts",
    summary="Add prompts",
    response={201: ImportedOut, **refusals(400, 401, 403, 413, 415)},
)
def import_prompts(request: ApiRequest, wanted: PromptSetIn) -> Status[ImportedOut]:
    """Add prompts to a set, all or none; `problems` names each that is wrong. For staff."""
    lines = (json.dumps(each) for each in wanted.prompts)
    loaded = prompts.add(lines=lines, key=wanted.key, title=wanted.title, by=member(request))
    return Status(201, ImportedOut(added=loaded.added, known=loaded.known))


@router.patch(
    "/prompt-sets/{key}",
    auth=StaffCaller(staff.KEEP_PROMPTS, "moderate"),
    operation_id="offer_prompts",
    summary="Offer a set",
    response={204: None, **refusals(400, 401, 403, 404, 413, 415)},
)
def offer_prompts(request: ApiRequest, key: str, wanted: OfferIn) -> Status[None]:
    """Suggest a set's prompts and prepare battles of them, or hold them back. For staff."""
    found = get_object_or_404(PromptSet, key=key.replace("\0", ""))
    prompts.offer(prompt_set=found, is_offered=wanted.is_offered, by=member(request))
    return Status(204, None)
