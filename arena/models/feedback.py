"""What a voter adds after the verdict: reasons for each side, a comment. It changes no rating."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arena.models.votes import Vote


class Feedback(models.Model):
    """The reasons of one vote, in a row of its own, so that a vote never waits for them."""

    class Reason(models.TextChoices):
        USEFUL = "USEFUL", _("Useful")
        CORRECT = "CORRECT", _("Correct")
        CLEAR = "CLEAR", pgettext_lazy("answer", "Clear")
        CREATIVE = "CREATIVE", _("Creative")
        WRONG = "WRONG", _("Wrong")
        IGNORED = "IGNORED", _("Ignored instructions")
        TOO_LONG = "TOO_LONG", _("Too long")

    vote = models.OneToOneField(Vote, on_delete=models.CASCADE, related_name="feedback")
    reasons_a = models.JSONField(default=list)  # codes of Reason
    reasons_b = models.JSONField(default=list)
    comment = models.TextField(blank=True)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reasons of vote {self.vote_id}"
