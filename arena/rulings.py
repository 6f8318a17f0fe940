"""What staff decide about reported battles: every decision is a row, logged, and can be undone.

Nothing is deleted. A withdrawn battle is no longer shown or exported and its address says so; a
vote left out stays where it is, and the public changelog says why; a block ends by itself. Each
decision closes the battle's open reports; undoing it opens them again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from arena import changelog, exclusions
from arena.models import Battle, PublicEvent, Report, Ruling, Vote
from arena.refusals import Refusal

DAYS_MAX = 365
LONGEST_REASON = 300
Kind = Ruling.Kind


class RulingRefused(Refusal):
    """Nothing was decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, why, and for how long where that matters."""

    kind: str
    reason: str = ""
    days: int = 0


def make(*, battle: Battle, decision: Decision, by: User, now: datetime) -> Ruling:
    """Decide, or raise RulingRefused."""
    ruling = _drafted(battle, decision, now)
    ruling.made_by = by
    try:
        with transaction.atomic():
            ruling.save(force_insert=True)
            _apply(ruling, now)
            Report.objects.open().filter(battle=battle).update(ruling=ruling)
            audit.note(by=by, row=ruling, sentence=f"Decided. {ruling.reason}")
    except IntegrityError as error:
        sentence = _("That is decided already and in force.")
        raise RulingRefused("ALREADY_DECIDED", sentence, 409) from error
    return ruling


def undo(*, ruling: Ruling, by: User, now: datetime) -> None:
    """Turn a decision round; doing it again changes nothing."""
    with transaction.atomic():
        undone = Ruling.objects.in_force().filter(pk=ruling.pk)
        if not undone.update(undone_at=now, undone_by=by):
            return
        _revert(ruling, now)
        Report.objects.filter(ruling=ruling).update(ruling=None)
        audit.note(by=by, row=ruling, sentence="Undone.")


def is_withdrawn(battle: Battle) -> bool:
    """Say whether nobody but its own voter is to see this battle."""
    return Ruling.objects.withdrawing().filter(battle=battle).exists()


def block_of(voter: str, *, now: datetime) -> str:
    """Return what a blocked voter is told; "" for everybody else."""
    blocking = Ruling.objects.blocking(now=now).filter(voter=voter, until__isnull=False)
    found = list(blocking.values_list("until", "reason")) if voter else []
    if not found:
        return ""
    until, reason = max(found)
    sentence = _("You cannot take part until {day}: {reason} Staff can lift this.")
    return sentence.format(day=f"{until:%Y-%m-%d %H:%M} UTC", reason=_ended(reason))


def _drafted(battle: Battle, decision: Decision, now: datetime) -> Ruling:
    """Return the row that would be kept, or refuse what makes no sense."""
    if decision.kind not in Kind.values:
        raise RulingRefused("BAD_DECISION", _("Choose one of the decisions."))
    reason = " ".join(decision.reason.split())
    if decision.kind != Kind.DISMISS and not reason:
        raise RulingRefused("REASON_NEEDED", _("Say why, as those concerned will read it."))
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        sentence = _("A reason is one line of at most {count} characters.")
        raise RulingRefused("BAD_REASON", sentence.format(count=LONGEST_REASON))
    ruling = Ruling(battle=battle, kind=decision.kind, reason=reason, made_at=now)
    if decision.kind == Kind.BLOCK:
        ruling.voter, ruling.until = _blocked(battle, decision.days, now)
    return ruling


def _blocked(battle: Battle, days: int, now: datetime) -> tuple[str, datetime]:
    if not 1 <= days <= DAYS_MAX:
        sentence = _("Block for 1 to {count} days.").format(count=DAYS_MAX)
        raise RulingRefused("BAD_DAYS", sentence)
    if not battle.voter:
        raise RulingRefused("NO_VOTER", _("Nobody has taken this battle yet."), 409)
    return battle.voter, now + timedelta(days=days)


def _apply(ruling: Ruling, now: datetime) -> None:
    if ruling.kind == Kind.WITHDRAW:
        sentence = f"Staff withdrew a battle from view and from the data: {ruling.reason}"
        _publish(PublicEvent.Kind.WITHDRAWAL, sentence, now)
    elif ruling.kind == Kind.EXCLUDE:
        sentence = f"Staff left a vote out: {ruling.reason}"
        if not exclusions.exclude(
            votes=_vote(ruling), reason=Vote.Exclusion.STAFF, sentence=sentence, now=now
        ):
            told = _("There is no vote here that counts.")
            raise RulingRefused("NO_VOTE", told, 409)


def _revert(ruling: Ruling, now: datetime) -> None:
    if ruling.kind == Kind.WITHDRAW:
        sentence = "Staff put a withdrawn battle back."
        _publish(PublicEvent.Kind.RETURN, sentence, now)
    elif ruling.kind == Kind.EXCLUDE:
        sentence = "Staff reviewed a vote that they had left out: it counts again."
        exclusions.restore(
            votes=_vote(ruling), reason=Vote.Exclusion.STAFF, sentence=sentence, now=now
        )


def _vote(ruling: Ruling) -> QuerySet[Vote]:
    return Vote.objects.filter(battle=ruling.battle_id)


def _publish(kind: str, sentence: str, now: datetime) -> None:
    changelog.append(kind=kind, reason=Vote.Exclusion.STAFF, sentence=sentence, now=now)


def _ended(reason: str) -> str:
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
