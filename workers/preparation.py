"""Prepared battles: answered ahead of their voters, many at once, so that nobody waits.

Prompts come from prompt sets and pairs from the arena's own draw. An answer that fails is left
out; nothing here is streamed and no voter exists yet.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import httpx
from django.conf import settings
from django.utils import timezone

from arena import battles, pairs, ratings
from arena.battles import Answer
from arena.models import Battle, Prompt, Side
from workers import speaking
from workers.engines.faults import Fault
from workers.speaking import Speaker

logger = logging.getLogger(__name__)

AT_ONCE = 16  # answers in flight; the engine batches them


@dataclass(frozen=True, slots=True)
class Plan:
    """A battle to be answered."""

    pair: pairs.Pair
    source: Prompt
    speakers: dict[str, Speaker]


def top_up(*, random: Random, clock: Callable[[], datetime] = timezone.now) -> list[Battle]:
    """Prepare as many battles as are missing to the number that is kept ready."""
    missing = settings.PREPARED_BATTLES_TARGET - Battle.objects.prepared().count()
    return prepare(count=missing, random=random, clock=clock) if missing > 0 else []


def prepare(
    *, count: int, random: Random, clock: Callable[[], datetime] = timezone.now
) -> list[Battle]:
    """Answer `count` battles and keep them for whoever comes; fewer if engines fail."""
    plans = _plans(count, random, clock())
    answered = asyncio.run(_answer_all(plans))
    return [
        battles.prepare(pair=plan.pair, source=plan.source, answers=answers, now=clock())
        for plan, answers in zip(plans, answered, strict=True)
        if answers is not None
    ]


def _plans(count: int, random: Random, now: datetime) -> list[Plan]:
    contenders = battles.opponents(now=now)
    prompts = list(Prompt.objects.offered().order_by("pk"))
    if len(contenders) < 2 or not prompts:
        return []
    speakers = {each.pk: speaking.speaker(each, now=now) for each in contenders}
    knowledge, plans = ratings.knowledge(), []
    for _ in range(count):
        pair = pairs.draw(contenders=contenders, knowledge=knowledge, random=random)
        sides = {Side.A.value: speakers[pair.a.pk], Side.B.value: speakers[pair.b.pk]}
        plans.append(Plan(pair, random.choice(prompts), sides))
    return plans


async def _answer_all(plans: Sequence[Plan]) -> list[dict[str, Answer] | None]:
    gate = asyncio.Semaphore(AT_ONCE)
    async with speaking.http_client() as http:
        return await asyncio.gather(*(_answer_both(plan, gate, http) for plan in plans))


async def _answer_both(
    plan: Plan, gate: asyncio.Semaphore, http: httpx.AsyncClient
) -> dict[str, Answer] | None:
    """Return both answers; None when one of them is lost or empty."""
    heard: dict[str, asyncio.Task[Answer]] = {}
    try:
        async with asyncio.TaskGroup() as group:
            for side, speaker in plan.speakers.items():
                heard[side] = group.create_task(_hear(speaker, plan.source.text, gate, http))
    except* (Fault, TimeoutError) as faults:
        logger.warning("No prepared battle: %s", faults.exceptions)
        heard.clear()
    answers = {side: task.result() for side, task in heard.items()}
    return answers if answers and all(each.text for each in answers.values()) else None


async def _hear(
    speaker: Speaker, prompt: str, gate: asyncio.Semaphore, http: httpx.AsyncClient
) -> Answer:
    async with gate, asyncio.timeout(settings.ANSWER_TIMEOUT_S):
        return await speaking.hear(speaker, speaking.messages(prompt), http=http)
