"""Reasons for a verdict, given after it: they never block a vote and never change one."""

from collections.abc import Collection
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from arena import wording
from arena.models import Battle, Feedback, Vote
from arena.refusals import Refusal

LONGEST_COMMENT = 2_000


class FeedbackRefused(Refusal):
    """Nothing was kept."""


def tell(
    *, battle: Battle, voter: str, a: Collection[str], b: Collection[str], comment: str,
    now: datetime,
) -> Feedback:  # fmt: skip
    """Keep the reasons of a vote, in place of earlier ones, or raise FeedbackRefused."""
    vote = Vote.objects.filter(battle=battle, voter=voter).first() if voter else None
    if vote is None:
        raise FeedbackRefused("NOT_VOTED", _("Vote first; reasons come after."), 409)
    kept, _is_new = Feedback.objects.update_or_create(
        vote=vote,
        defaults={
            "reasons_a": _known(a),
            "reasons_b": _known(b),
            "comment": _checked(comment),
            "told_at": now,
        },
    )
    return kept


def _known(reasons: Collection[str]) -> list[str]:
    """Return each reason once, in the order of the page."""
    if unknown := set(reasons) - set(Feedback.Reason.values):
        raise FeedbackRefused(
            "BAD_REASON",
            _("There is no reason %(unknown)s.") % {"unknown": repr(min(unknown))[:40]},
            400,
        )
    return [each for each in Feedback.Reason.values if each in reasons]


def _checked(comment: str) -> str:
    comment = comment.replace("\r\n", "\n").strip()
    if len(comment) > LONGEST_COMMENT:
        sentence = _("A comment has at most %(most)s characters.") % {
            "most": number_format(LONGEST_COMMENT, force_grouping=True)
        }
        raise FeedbackRefused("COMMENT_TOO_LONG", sentence, 413)
    if not wording.is_text(comment):
        raise FeedbackRefused(
            "BAD_TEXT", _("The comment contains characters that are not text."), 400
        )
    return comment
