"""What was said, taken out of battles: when its person wants it, or when it has grown old.

Verdicts stay, because other people's places rest on them: what ratings need of a text went into
the ledger with the vote, and a battle whose vote waits for that is left for the next time. An
empty prompt says that a turn was erased; a prompt that somebody sent is never empty.
"""

from datetime import datetime

from django.db import transaction

from arena import conversations, ledger
from arena.battles import STOPPED
from arena.models import Battle, Consent, Feedback, Report, Response, SharedBattle, Turn, Vote
from arena.models.battles import BattleQuerySet

BATCH = 500


def of_battle(*, battle: Battle, voter: str, now: datetime) -> int:
    """Erase one conversation of this person; leave it first if it is not over."""
    return _of(Battle.objects.filter(pk=battle.pk, voter=voter), voter, now)


def of_voter(*, voter: str, now: datetime) -> int:
    """Erase everything that one person said and was told; return how many conversations."""
    if not voter:
        return 0
    Consent.objects.filter(voter=voter).delete()
    Report.objects.filter(reporter=voter).update(words="")
    return _of(Battle.objects.of_voter(voter), voter, now)


def older_than(before: datetime, *, is_dry: bool = False) -> int:
    """Erase conversations begun before a moment, but those that their voters published."""
    agreed = Consent.objects.values("voter")
    waiting = Vote.objects.to_enter().values("battle")
    turns = (
        Turn.objects.filter(created_at__lt=before)
        .exclude(prompt="")
        .exclude(battle__state__in=(Battle.State.ANSWERING, Battle.State.READY))
        .exclude(battle__voter__in=agreed)
        .exclude(battle__in=waiting)
    )
    erased, last = 0, 0
    while found := list(
        turns.filter(pk__gt=last).order_by("pk").values_list("pk", "battle")[:BATCH]
    ):
        last = found[-1][0]
        battles = {battle for _, battle in found}
        erased += len(battles)
        if not is_dry:
            _erase(Battle.objects.filter(pk__in=battles))
    return erased


def _of(battles: BattleQuerySet, voter: str, now: datetime) -> int:
    for each in battles.blind().open():
        conversations.leave(battle=each, voter=voter, now=now)
    battles.filter(state=Battle.State.ANSWERING).update(  # named ones: nobody may answer any more
        state=Battle.State.FAILED, error_code=STOPPED
    )
    ledger.catch_up()
    chosen = list(battles.filter(turns__prompt__gt="").distinct().values_list("pk", flat=True))
    for start in range(0, len(chosen), BATCH):
        _erase(Battle.objects.filter(pk__in=chosen[start : start + BATCH]))
    return len(chosen)


def _erase(battles: BattleQuerySet) -> None:
    with transaction.atomic():
        Response.objects.filter(turn__battle__in=battles).update(text="")
        Turn.objects.filter(battle__in=battles).update(prompt="")
        Feedback.objects.filter(vote__battle__in=battles).update(comment="")
        Vote.objects.filter(battle__in=battles).update(prompt_digest="")
        SharedBattle.objects.filter(battle__in=battles).delete()
