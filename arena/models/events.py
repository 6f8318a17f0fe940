"""The public changelog: what happened to the ratings, one row an event, written once.

Rows are only ever added: a trigger of the database refuses to change one, and refuses to remove
one while an older one stands. Each row also carries the digest of the one before, so a copy of
the list that somebody kept proves that nothing was rewritten. No foreign key leads out of here.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicEvent(models.Model):
    """One thing that everybody may know; written by `arena.changelog` alone."""

    class Kind(models.TextChoices):
        PUBLICATION = "PUBLICATION", _("published")
        RETIREMENT = "RETIREMENT", _("retired")
        EXCLUSION = "EXCLUSION", _("votes left out")
        RESTORATION = "RESTORATION", _("votes counted again")
        POLICY = "POLICY", _("rule changed")
        WITHDRAWAL = "WITHDRAWAL", _("withdrawn")
        RETURN = "RETURN", _("put back")

    kind = models.CharField(max_length=11, choices=Kind.choices)
    subject = models.CharField(max_length=120, blank=True)  # public slug of what it is about
    reason = models.CharField(max_length=40, blank=True)  # a code, such as a vote's exclusion
    count = models.PositiveIntegerField(default=0)  # votes concerned
    sentence = models.CharField(max_length=500)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, unique=True)  # digest of the row before
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject"], name="event_of_subject")]

    def __str__(self) -> str:
        return self.sentence
