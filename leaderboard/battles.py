"""Battles as the web opens them: who is at hand now, and the bell after the row is kept.

The arena page and the API both come through here, so neither can do what the other cannot.
"""

from datetime import datetime
from functools import partial
from random import SystemRandom
from uuid import UUID

from django.db import transaction
from django.http import Http404

from arena import battles, votes
from arena.models import Battle, Prompt, Turn, Vote
from workers import tasks

random = SystemRandom()


def start(*, voter: str, prompt: str, now: datetime, source: Prompt | None = None) -> Battle:
    """Put a prompt to two contenders that can answer now; raises BattleRefused."""
    battle = battles.start(
        voter=voter,
        prompt=prompt,
        contenders=battles.opponents(now=now),
        now=now,
        random=random,
        source=source,
    )
    transaction.on_commit(partial(tasks.ring_turn, newest_turn(battle).pk))
    return battle


def start_suggested(*, voter: str, source: Prompt, now: datetime) -> Battle:
    """Put a suggested prompt to two contenders; raises BattleRefused."""
    return start(voter=voter, prompt=source.text, source=source, now=now)


def judge(*, battle: Battle, voter: str, choice: str, now: datetime) -> Vote:
    """Record the verdict, then have ratings follow; raises VoteRejected."""
    vote = votes.cast(battle=battle, voter=voter, choice=choice, now=now)
    transaction.on_commit(tasks.ring_ratings)
    return vote


def of_voter(battle_id: UUID, voter: str) -> Battle:
    """Return a battle to the one who may see it; to anyone else it does not exist."""
    battle = (
        Battle.objects.of_voter(voter)
        .select_related("contender_a", "contender_b")
        .filter(pk=battle_id)
        .first()
    )
    if battle is None or not voter:
        raise Http404("There is no such battle.")
    return battle


def newest_turn(battle: Battle) -> Turn:
    """Return the turn that is being answered, or was answered last."""
    return Turn.objects.filter(battle=battle).order_by("-number")[0]


def suggestion() -> Prompt | None:
    """Return any one suggested prompt, or None where there are none."""
    count = Prompt.objects.count()
    if not count:
        return None
    return Prompt.objects.order_by("pk")[random.randrange(count)]
