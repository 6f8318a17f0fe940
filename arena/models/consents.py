"""Whose conversations may be published."""

from django.db import models


class Consent(models.Model):
    """A voter's word that their conversations may be part of the published data set."""

    voter = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"given {self.given_at:%Y-%m-%d}"
