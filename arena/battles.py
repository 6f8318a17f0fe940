"""The life of a battle: answering, then ready for a vote, or failed.

Every transition but the vote is here, each one conditional UPDATE inside a transaction, so two
workers or two clicks that meet on the same battle cannot both win. Nothing here talks to an
engine or to Redis.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from arena import pairs, ratings, rulings, screening, wording
from arena.models import Battle, Prompt, Response, Turn, VoteEffect
from arena.refusals import Refusal
from evals.models import Contender, Deployment

MAX_ATTEMPTS = 3
LEASE_S = 20  # renewed every few seconds while its worker lives
OPEN_WINDOW = timedelta(hours=1)  # an abandoned battle stops counting against its voter
PREPARED_TRIES = 5
STOPPED = "STOPPED"  # before the first word: there is nothing to judge
UNJUDGED = (Battle.State.ANSWERING, Battle.State.READY, Battle.State.ABANDONED)


class BattleRefused(Refusal):
    """No battle was started."""


class TurnNotAvailable(Exception):
    """Someone else answers this turn, or it is answered already."""


class NotVotedYet(Exception):
    """Names are told after the vote only."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One finished answer as the worker measured it."""

    text: str
    is_truncated: bool = False
    tokens: int = 0
    first_token_s: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reveal:
    """Who A and B were, told after the vote; pairs are in the order A, B."""

    names: tuple[str, str]
    slugs: tuple[str, str]
    choice: str
    effect: VoteEffect | None


def opponents(*, now: datetime) -> list[Contender]:
    """Return the contenders that could answer in a battle right now."""
    answering = Deployment.objects.healthy(now=now).values("contender")
    return list(
        Contender.objects.listed().filter(is_in_arena=True, pk__in=answering).order_by("pk")
    )


def start(
    *,
    voter: str,
    prompt: str,
    contenders: Sequence[Contender],
    now: datetime,
    random: Random,
    source: Prompt | None = None,
) -> Battle:
    """Put a prompt to two of the contenders, or raise BattleRefused."""
    try:
        prompt = screening.passed(prompt, is_of_a_set=source is not None)
    except wording.BadPrompt as bad:
        raise BattleRefused(bad.code, str(bad), bad.status) from bad
    if len(contenders) < 2:
        raise BattleRefused(
            "NO_OPPONENTS",
            _("Fewer than two contenders can answer right now. Try again soon."),
            503,
        )
    pair = pairs.draw(contenders=contenders, knowledge=ratings.knowledge(), random=random)
    with transaction.atomic():
        refuse_hoarding(voter=voter, now=now)
        battle = _create(pair, voter=voter, state=Battle.State.ANSWERING, now=now)
        Turn.objects.create(battle=battle, number=1, prompt=prompt, source=source, created_at=now)
    return battle


def prepare(
    *, pair: pairs.Pair, source: Prompt, answers: Mapping[str, Answer], now: datetime
) -> Battle:
    """Keep an answered battle for whoever comes first."""
    with transaction.atomic():
        battle = _create(pair, voter="", state=Battle.State.READY, now=now)
        turn = Turn.objects.create(
            battle=battle,
            number=1,
            prompt=source.text,
            source=source,
            created_at=now,
            ended_at=now,
        )
        _keep(turn, answers, now)
    return battle


def take_prepared(*, voter: str, now: datetime) -> Battle | None:
    """Give this voter the oldest prepared battle; None when there is none left."""
    refuse_hoarding(voter=voter, now=now)
    waiting = Battle.objects.prepared().filter(
        contender_a__is_in_arena=True, contender_b__is_in_arena=True
    )
    for battle in waiting.order_by("created_at", "pk")[:PREPARED_TRIES]:
        taken = Battle.objects.prepared().filter(pk=battle.pk).update(voter=voter, taken_at=now)
        if taken:
            return Battle.objects.get(pk=battle.pk)
    return None


def claim(*, turn_id: int, now: datetime) -> Turn:
    """Take a turn that waits for its answers, or raise TurnNotAvailable."""
    until = now + timedelta(seconds=LEASE_S)
    claimed = (
        _waiting(now=now).filter(pk=turn_id).update(lease_until=until, attempt=F("attempt") + 1)
    )
    if not claimed:
        raise TurnNotAvailable(f"turn {turn_id}")
    return Turn.objects.select_related("battle__contender_a", "battle__contender_b").get(pk=turn_id)


def renew(*, turn: Turn, now: datetime) -> bool:
    """Keep a turn, and say whether its person pressed stop; raise TurnNotAvailable if it is lost.

    It is lost to a worker that took over, and to a person who left the battle.
    """
    held = Turn.objects.filter(
        pk=turn.pk,
        attempt=turn.attempt,
        ended_at=None,
        battle__in=Battle.objects.filter(state=Battle.State.ANSWERING),
    )
    if not held.update(lease_until=now + timedelta(seconds=LEASE_S)):
        raise TurnNotAvailable(f"turn {turn.pk}")
    return held.filter(stopped_at__isnull=False).exists()


def release(*, turn: Turn) -> None:
    """Give a turn back unanswered, so that the next worker need not wait for the lease."""
    Turn.objects.filter(pk=turn.pk, attempt=turn.attempt, ended_at=None).update(lease_until=None)


def waiting_turns(*, now: datetime) -> list[int]:
    """Return the turns that no worker is answering, oldest first; a lost doorbell leaves some."""
    return list(_waiting(now=now).order_by("created_at", "pk").values_list("pk", flat=True))


def finish(*, turn: Turn, answers: Mapping[str, Answer], now: datetime) -> Battle:
    """Write the answers and open the vote, or raise TurnNotAvailable to a worker overtaken."""
    with transaction.atomic():
        _end(turn, now, state=turn.battle.at_rest)
        _keep(turn, answers, now)
    return Battle.objects.get(pk=turn.battle_id)


def fail(*, turn: Turn, code: str, now: datetime) -> Battle:
    """End a turn without answers. The code is neutral: it tells nothing of either side.

    A battle fails with its first turn. A later turn is void, and what was answered before it
    can still be judged.
    """
    with transaction.atomic():
        if turn.number == 1:
            _end(turn, now, state=Battle.State.FAILED, error_code=code)
        else:
            _end(turn, now, state=turn.battle.at_rest)
        Turn.objects.filter(pk=turn.pk).update(error_code=code)
    return Battle.objects.get(pk=turn.battle_id)


def give_up(*, now: datetime) -> int:
    """Fail the turns whose workers died too often; return how many."""
    spent = Turn.objects.filter(
        attempt__gte=MAX_ATTEMPTS, lease_until__lt=now, ended_at=None
    ).filter(battle__state=Battle.State.ANSWERING)
    given_up = 0
    for turn in spent.select_related("battle"):
        with suppress(TurnNotAvailable):
            fail(turn=turn, code="ENGINE_LOST", now=now)
            given_up += 1
    return given_up


def reveal(battle: Battle) -> Reveal:
    """Tell who was who, or raise NotVotedYet."""
    if battle.state != Battle.State.VOTED:
        raise NotVotedYet(_("Vote first."))
    a, b = battle.contender_a, battle.contender_b
    effect = VoteEffect.objects.filter(battle=battle).first()
    return Reveal((a.name, b.name), (a.slug, b.slug), battle.vote.choice, effect)


def _create(pair: pairs.Pair, *, voter: str, state: str, now: datetime) -> Battle:
    return Battle.objects.create(
        voter=voter,
        contender_a=pair.a,
        contender_b=pair.b,
        propensity=pair.propensity,
        policy=pair.policy,
        is_prepared=state == Battle.State.READY,
        state=state,
        created_at=now,
    )


def refuse_hoarding(*, voter: str, now: datetime) -> None:
    """Raise BattleRefused to whoever leaves battle after battle unjudged, or is blocked.

    Those left behind or stopped before the first word count like open ones: else somebody could
    draw again and again until a certain contender turns up.
    """
    refuse_blocked(voter=voter, now=now)
    since = now - OPEN_WINDOW
    recent = Q(created_at__gte=since, taken_at=None) | Q(taken_at__gte=since)
    unjudged = Q(state__in=UNJUDGED) | Q(error_code=STOPPED)
    known = Battle.objects.of_voter(voter).filter(recent & unjudged)
    if known.count() >= settings.MAX_OPEN_BATTLES:
        raise BattleRefused(
            "TOO_MANY_OPEN", _("You have many battles open. Judge one of them first."), 429
        )


def refuse_blocked(*, voter: str, now: datetime) -> None:
    """Raise BattleRefused to a voter whom staff keep away for a while."""
    if sentence := rulings.block_of(voter, now=now):
        raise BattleRefused("VOTER_BLOCKED", sentence, 403)


def _waiting(*, now: datetime) -> QuerySet[Turn]:
    """Return turns to answer. Only the turn's own columns decide who wins it: no join here."""
    answering = Battle.objects.filter(state=Battle.State.ANSWERING)
    return Turn.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        attempt__lt=MAX_ATTEMPTS,
        ended_at=None,
        battle__in=answering,
    )


def _end(turn: Turn, now: datetime, *, state: str, error_code: str = "") -> None:
    """Move the battle on, for the worker that still holds the turn."""
    held = Turn.objects.filter(pk=turn.pk, attempt=turn.attempt, ended_at=None).update(
        lease_until=None, ended_at=now
    )
    moved = held and Battle.objects.filter(pk=turn.battle_id, state=Battle.State.ANSWERING).update(
        state=state, error_code=error_code
    )
    if not moved:
        raise TurnNotAvailable(f"turn {turn.pk}")


def _keep(turn: Turn, answers: Mapping[str, Answer], now: datetime) -> None:
    Response.objects.bulk_create(
        Response(
            turn=turn,
            side=side,
            text=answers[side].text,
            is_truncated=answers[side].is_truncated,
            tokens=answers[side].tokens,
            first_token_s=answers[side].first_token_s,
            seconds=answers[side].seconds,
            finished_at=now,
        )
        for side in sorted(answers)
    )
