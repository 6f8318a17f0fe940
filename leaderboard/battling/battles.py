"""Battles as the web opens them: who is at hand now, and the bell after the row is kept.

The arena page and the API both come through here, so neither can do what the other cannot.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import SystemRandom
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from arena import battles, conversations, streams, votes
from arena.models import Battle, Prompt, Turn, Vote
from evals.models import Contender
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


def ask(*, battle: Battle, voter: str, prompt: str, now: datetime) -> None:
    """Put another prompt to both sides; raises BattleRefused."""
    turn = conversations.ask(battle=battle, voter=voter, prompt=prompt, now=now)
    transaction.on_commit(partial(tasks.ring_turn, turn.pk))


def stop(*, battle: Battle, voter: str, now: datetime) -> None:
    """Have both sides end where they are; raises BattleRefused."""
    turn = conversations.stop(battle=battle, voter=voter, now=now)
    streams.ask_to_stop(turn.pk)


def leave(*, battle: Battle, voter: str, now: datetime) -> None:
    """Give a battle up without a verdict; raises BattleRefused."""
    conversations.leave(battle=battle, voter=voter, now=now)
    streams.ask_to_stop(newest_turn(battle).pk)


def open_named(*, voter: str, prompt: str, slugs: Sequence[str], now: datetime) -> Battle:
    """Talk to one contender or two by name; raises BattleRefused."""
    able = [slug for slug in slugs if "\0" not in slug]  # PostgreSQL takes no such text
    found = Contender.objects.listed().in_bulk(able, field_name="slug")
    if missing := [slug for slug in slugs if slug not in found]:
        raise battles.BattleRefused(
            "NO_CONTENDER",
            _("There is no contender %(missing)s.") % {"missing": repr(missing[0])[:80]},
            400,
        )
    contenders = [found[slug] for slug in slugs]
    battle = conversations.open_named(voter=voter, prompt=prompt, contenders=contenders, now=now)
    transaction.on_commit(partial(tasks.ring_turn, newest_turn(battle).pk))
    return battle


def judge(*, battle: Battle, voter: str, choice: str, now: datetime) -> Vote:
    """Record the verdict, then have ratings follow; raises VoteRejected."""
    vote = votes.cast(battle=battle, voter=voter, choice=choice, now=now)
    transaction.on_commit(tasks.ring_ratings)
    return vote


def of_voter(battle_id: UUID, voter: str) -> Battle:
    """Return a battle to the one who may see it; to anyone else it does not exist."""
    found = Battle.objects.of_voter(voter).select_related("contender_a", "contender_b")
    if voter:
        with suppress(Battle.DoesNotExist):
            return found.get(pk=battle_id)
    raise Http404(_("There is no such battle."))


def newest_turn(battle: Battle) -> Turn:
    """Return the turn that is being answered, or was answered last."""
    return Turn.objects.filter(battle=battle).order_by("-number")[0]


def suggestion() -> Prompt | None:
    """Return any one suggested prompt, or None where there are none."""
    offered = Prompt.objects.offered()
    count = offered.count()
    if not count:
        return None
    return offered.order_by("pk")[random.randrange(count)]
