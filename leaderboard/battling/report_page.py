"""What the page of a report shows: what can be reported, why, and where it leads back to."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arena.models import Battle, Report
from arena.reports import LONGEST_WORDS, Complaint

PLACE = re.compile(r"([0-9]{1,4})([AB]?)", re.ASCII)
NOWHERE = Complaint("", turn=-1)
WHOLE = "0"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a field."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything the template needs."""

    back: str  # address of what is reported
    prompt: str
    places: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    words: str
    longest: int
    problem: str


def read(
    battle: Battle, *, back: str, place: str, reason: str = "", words: str = "", problem: str = ""
) -> ReportPage:
    """Return the form as it was filled in so far."""
    turns = battle.exchanges()
    places = [(WHOLE, _("The whole battle"))]
    for turn in turns:
        number = _("prompt {number}").format(number=turn.number) if len(turns) > 1 else ""
        for side in battle.sides:
            label = _("Answer {side}").format(side=side)
            places.append((f"{turn.number}{side}", f"{label}, {number}" if number else label))
    return ReportPage(
        back=back,
        prompt=turns[0].prompt if turns else "",
        places=tuple(Choice(value, label, value == place) for value, label in places),
        reasons=tuple(
            Choice(str(value), str(label), value == reason)
            for value, label in Report.Reason.choices
        ),
        words=words[: 2 * LONGEST_WORDS],
        longest=LONGEST_WORDS,
        problem=problem,
    )


def complaint(*, place: str, reason: str, words: str) -> Complaint:
    """Return what a form said."""
    found = PLACE.fullmatch(place or WHOLE)
    turn, side = (int(found[1]), found[2]) if found else (NOWHERE.turn, "")
    return Complaint(reason=reason, words=words, turn=turn, side=side)
