"""What a person does with a battle of theirs but judging it: ask on, stop, leave; or talk by name.

A named conversation (side by side, or a direct chat) uses the same rows and workers as a battle
and never counts: its state is never one that can be judged. Nothing here talks to an engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from arena import battles, rendering, screening, wording
from arena.battles import BattleRefused
from arena.models import Battle, Response, Turn
from evals.models import Contender

CHOSEN = "chosen"  # the policy of a pair that a person named; no draw, so no propensity


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier prompt with what one side answered."""

    prompt: str
    answer: str


def ask(*, battle: Battle, voter: str, prompt: str, now: datetime) -> Turn:
    """Put another prompt to both sides of a battle, or raise BattleRefused."""
    _own(battle, voter)
    battles.refuse_blocked(voter=voter, now=now)
    prompt = _checked(prompt)
    with transaction.atomic():
        moved = Battle.objects.filter(pk=battle.pk, voter=voter, state=battle.at_rest).update(
            state=Battle.State.ANSWERING
        )
        if not moved:
            raise _cannot_ask(battle)
        number = battle.turns.count() + 1
        _refuse_length(battle, number, prompt)
        return Turn.objects.create(battle=battle, number=number, prompt=prompt, created_at=now)


def stop(*, battle: Battle, voter: str, now: datetime) -> Turn:
    """Ask that both sides end where they are, or raise BattleRefused.

    What both have shown by then is kept and can be judged; before the first word the turn is void.
    """
    _own(battle, voter)
    turn = battle.turns.order_by("-number")[0]
    running = Turn.objects.filter(
        pk=turn.pk, ended_at=None, battle__in=Battle.objects.filter(state=Battle.State.ANSWERING)
    )
    if not running.update(stopped_at=now):
        raise BattleRefused("NOT_ANSWERING", _("Both answers are complete: nothing to stop."), 409)
    return turn


def leave(*, battle: Battle, voter: str, now: datetime) -> None:
    """Give a battle up without a verdict; that is recorded. Leaving it again changes nothing."""
    _own(battle, voter)
    Battle.objects.blind().filter(pk=battle.pk).open().update(
        state=Battle.State.ABANDONED, left_at=now
    )


def expire(*, now: datetime) -> int:
    """Record as abandoned what nobody judged in time; return how many."""
    before = now - timedelta(seconds=settings.BATTLE_EXPIRES_S)
    old = Q(taken_at=None, created_at__lt=before) | Q(taken_at__lt=before)
    forgotten = Battle.objects.blind().filter(old, state=Battle.State.READY).exclude(voter="")
    return forgotten.update(state=Battle.State.ABANDONED, left_at=now)


def open_named(
    *, voter: str, prompt: str, contenders: Sequence[Contender], now: datetime
) -> Battle:
    """Put a prompt to one or two contenders chosen by name, or raise BattleRefused."""
    battles.refuse_blocked(voter=voter, now=now)
    prompt = _checked(prompt)
    if len({each.pk for each in contenders}) != len(contenders) or len(contenders) not in (1, 2):
        raise BattleRefused("BAD_PAIR", _("Choose one contender, or two different ones."), 400)
    able = {each.pk for each in battles.opponents(now=now)}
    if missing := [each.name for each in contenders if each.pk not in able]:
        sentence = _("%(missing)s cannot answer right now. Choose another, or wait.") % {
            "missing": _(" and ").join(missing)
        }
        raise BattleRefused("NOT_ANSWERING", sentence, 503)
    is_chat = len(contenders) == 1
    with transaction.atomic():
        _refuse_crowding(voter)
        battle = Battle.objects.create(
            voter=voter,
            contender_a=contenders[0],
            contender_b=contenders[-1],
            propensity=0.0,
            policy=CHOSEN,
            mode=Battle.Mode.CHAT if is_chat else Battle.Mode.SIDE_BY_SIDE,
            created_at=now,
        )
        Turn.objects.create(battle=battle, number=1, prompt=prompt, created_at=now)
    return battle


def history(turn: Turn) -> dict[str, list[Exchange]]:
    """Return what each side has seen of its own battle before this turn, oldest first."""
    earlier = Response.objects.filter(turn__battle=turn.battle_id, turn__number__lt=turn.number)
    told: dict[str, list[Exchange]] = {side: [] for side in turn.battle.sides}
    for each in earlier.select_related("turn").order_by("turn__number"):
        told[each.side].append(Exchange(each.turn.prompt, rendering.without_thoughts(each.text)))
    return told


def characters(battle: Battle) -> int:
    """Return how long a battle is: all prompts and the longer side's answers."""
    prompts = battle.turns.aggregate(sum=Sum(Length("prompt")))["sum"] or 0
    sides = Response.objects.filter(turn__battle=battle).values("side")
    answers = [each["sum"] for each in sides.annotate(sum=Sum(Length("text")))]
    return int(prompts + max(answers, default=0))


def _own(battle: Battle, voter: str) -> None:
    if not voter or battle.voter != voter:
        raise BattleRefused("NOT_FOUND", _("There is no such battle."), 404)


def _checked(prompt: str) -> str:
    try:
        return screening.passed(prompt)
    except wording.BadPrompt as bad:
        raise BattleRefused(bad.code, str(bad), bad.status) from bad


def _cannot_ask(battle: Battle) -> BattleRefused:
    battle.refresh_from_db(fields=["state"])
    if battle.state == Battle.State.ANSWERING:
        return BattleRefused("NOT_READY", _("Wait until both answers are complete."), 409)
    return BattleRefused("BATTLE_OVER", _("This battle is over. Start a new one."), 409)


def _refuse_length(battle: Battle, number: int, prompt: str) -> None:
    if number > settings.MAX_TURNS:
        sentence = _("A battle has at most %(most)s turns. Vote, or start a new one.") % {
            "most": settings.MAX_TURNS
        }
        raise BattleRefused("TURN_LIMIT", sentence, 409)
    if characters(battle) + len(prompt) > settings.MAX_BATTLE_CHARACTERS:
        sentence = _("This battle has reached its length limit. Vote, or start a new one.")
        raise BattleRefused("BATTLE_FULL", sentence, 409)


def _refuse_crowding(voter: str) -> None:
    running = Battle.objects.of_voter(voter).filter(state=Battle.State.ANSWERING)
    if running.count() >= settings.MAX_OPEN_BATTLES:
        raise BattleRefused("TOO_MANY_OPEN", _("Wait until your other answers are complete."), 429)
