"""Report a battle or one of its answers: anyone who can see it, once each, a few on a day.

A report changes nothing by itself; it puts the battle before staff (`arena.rulings`). Saying it
again changes the words while nobody has decided.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arena import wording
from arena.models import Battle, Report, Side
from arena.refusals import Refusal

LONGEST_WORDS = 1_000
DAY = timedelta(days=1)


class ReportRefused(Refusal):
    """Nothing was reported."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody says is wrong, and where: a whole battle, a turn, or one answer."""

    reason: str
    words: str = ""
    turn: int = 0
    side: str = ""


def file(
    *, battle: Battle, reporter: str, complaint: Complaint, now: datetime
) -> tuple[Report, bool]:
    """Keep a report and say whether it is new, or raise ReportRefused."""
    said = {"reason": _known(complaint), "words": _checked(complaint)}
    place = {"turn": _turn(battle, complaint), "side": complaint.side, "reporter": reporter}
    if standing := Report.objects.filter(battle=battle, **place).first():
        return _said_again(standing, said), False
    since = Report.objects.filter(reporter=reporter, reported_at__gt=now - DAY)
    if since.count() >= settings.REPORTS_PER_DAY:
        sentence = _("You have reported {count} times today. Tomorrow you can report again.")
        raise ReportRefused("TOO_MANY_REPORTS", sentence.format(count=since.count()), 429)
    try:
        with transaction.atomic():
            made = Report.objects.create(battle=battle, reported_at=now, **place, **said)
    except IntegrityError:  # the same click twice, at once
        return Report.objects.get(battle=battle, **place), False
    return made, True


def _said_again(standing: Report, said: dict[str, str]) -> Report:
    Report.objects.open().filter(pk=standing.pk).update(**said)
    standing.refresh_from_db()
    return standing


def _known(complaint: Complaint) -> str:
    if complaint.reason not in Report.Reason.values:
        raise ReportRefused("BAD_REASON", _("Choose one of the reasons."), 400)
    if complaint.reason == Report.Reason.OTHER and not complaint.words.strip():
        raise ReportRefused("WORDS_NEEDED", _("Say in a few words what is wrong."), 400)
    return complaint.reason


def _checked(complaint: Complaint) -> str:
    words = complaint.words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        sentence = _("Say it in at most {count} characters.").format(count=LONGEST_WORDS)
        raise ReportRefused("WORDS_TOO_LONG", sentence, 413)
    if not wording.is_text(words):
        raise ReportRefused("BAD_TEXT", _("The words contain characters that are not text."), 400)
    return words


def _turn(battle: Battle, complaint: Complaint) -> int:
    """Return the number of the turn that is meant, or refuse one that is not there."""
    is_side = complaint.side in ("", *Side.values) and (complaint.turn or not complaint.side)
    there = {0, *battle.turns.values_list("number", flat=True)}
    if not is_side or complaint.turn not in there:
        raise ReportRefused("NO_SUCH_ANSWER", _("There is no such answer in this battle."), 400)
    return complaint.turn
