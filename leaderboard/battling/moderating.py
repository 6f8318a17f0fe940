"""Decisions of staff as the web makes them: ratings follow where a vote counts no longer."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from arena import rulings
from arena.models import Battle, Ruling
from arena.rulings import Decision
from workers import tasks


def decide(*, battle: Battle, decision: Decision, by: User, now: datetime) -> Ruling:
    """Decide about a battle; raises RulingRefused."""
    ruling = rulings.make(battle=battle, decision=decision, by=by, now=now)
    _have_ratings_follow(ruling)
    return ruling


def undo(*, ruling: Ruling, by: User, now: datetime) -> None:
    """Turn a decision round."""
    rulings.undo(ruling=ruling, by=by, now=now)
    _have_ratings_follow(ruling)


def _have_ratings_follow(ruling: Ruling) -> None:
    if ruling.kind == Ruling.Kind.EXCLUDE:
        transaction.on_commit(tasks.ring_ratings)
